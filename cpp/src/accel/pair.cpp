#include "pair.h"

#include <algorithm>
#include <chrono>

#if defined(__SSE2__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace nn::accel {
namespace {

thread_local Pair* current_pair = nullptr;

// Bytes of weights times rows: less is computed before another thread has noticed.
constexpr double kWorthSharing = 1 << 16;

using Clock = std::chrono::steady_clock;
constexpr std::chrono::microseconds kPatience{50};
constexpr int kLongestRest = 256;  // blocks

void pause() noexcept {
#if defined(__SSE2__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__) && !defined(_MSC_VER)
  __asm__ volatile("yield");
#endif
}

}  // namespace

Pair::Pair(std::function<void()> prepare)
    : thread_([this, prepare = std::move(prepare)] { run(prepare); }) {}

Pair::~Pair() {
  ended_.store(true);
  wake_.release();
  thread_.join();
}

Pair::Block::Block(Pair* pair) noexcept : pair_(pair) {
  if (!pair_) return;
  if (pair_->resting_ > 0) {
    --pair_->resting_;
    pair_ = nullptr;
    return;
  }
  current_pair = pair_;
  pair_->open_.store(true, std::memory_order_release);
  pair_->wake_.release();
}

Pair::Block::~Block() {
  if (!pair_) return;
  current_pair = nullptr;
  pair_->open_.store(false, std::memory_order_release);
  // It may not have woken at all; then the next block must not find the wake-up twice.
  pair_->wake_.try_acquire();
  if (pair_->late_) {
    pair_->rest_ = std::min(2 * pair_->rest_, kLongestRest);
    pair_->resting_ = pair_->rest_;
  } else {
    pair_->rest_ = 1;
  }
  pair_->late_ = false;
}

Pair* Pair::current() noexcept { return current_pair; }

void Pair::halve(Call call, const void* data) noexcept {
  if (late_) {
    call(data, 0);
    call(data, 1);
    return;
  }
  call_ = call, data_ = data;
  state_.store(offered, std::memory_order_release);
  const auto began = Clock::now();
  call(data, 0);
  const auto own = Clock::now();
  uint32_t expected = offered;
  if (state_.compare_exchange_strong(expected, none, std::memory_order_acquire)) {
    call(data, 1);
    return;
  }
  while (state_.load(std::memory_order_acquire) != done) pause();
  late_ = Clock::now() - own > 2 * (own - began) + kPatience;
  state_.store(none, std::memory_order_relaxed);
}

void Pair::run(const std::function<void()>& prepare) {
  if (prepare) prepare();
  for (;;) {
    wake_.acquire();
    if (ended_.load()) return;
    while (open_.load(std::memory_order_acquire)) {
      uint32_t expected = offered;
      if (state_.load(std::memory_order_relaxed) == offered &&
          state_.compare_exchange_strong(expected, taken, std::memory_order_acquire)) {
        call_(data_, 1);
        state_.store(done, std::memory_order_release);
      } else {
        pause();
      }
    }
  }
}

size_t shared_scratch_floats(const Weights& weights, const Rows& rows) noexcept {
  const size_t one = (scratch_floats(weights, rows) + 15) / 16 * 16;
  return Pair::current() ? 2 * one : one;
}

void shared_multiply(const Weights& weights, const Rows& rows, const Finish& finish,
                     float* scratch) noexcept {
  Pair* pair = Pair::current();
  const double numbers = static_cast<double>(weights.bytes()) * rows.count * rows.examples;
  if (!pair || weights.panels() < 2 || numbers < kWorthSharing)
    return multiply(weights, rows, finish, scratch);
  const int middle = weights.panels() / 2;
  float* second = scratch + (scratch_floats(weights, rows) + 15) / 16 * 16;
  pair->both([&](int half) {
    if (half == 0)
      multiply(weights, rows, finish, scratch, 0, middle);
    else
      multiply(weights, rows, finish, second, middle, -1);
  });
}

}  // namespace nn::accel
