// The audio thread's half of a stream. Nothing here allocates, locks or waits (offline excepted).
#include <chrono>
#include <cmath>
#include <thread>

#include "denormals.h"
#include "parting.h"
#include "stream_core.h"

namespace nn {

template <typename Sample>
void Stream::Core::process(const Sample* const* in, Sample* const* out, int n) noexcept {
  // The whole input first: hosts may hand us the same memory for in and out.
  if (!pool_) last_callback_.store(now_ns(), std::memory_order_relaxed);
  take_in(in, n);
  give_out(out, n);
  clock_ += n;
}
template void Stream::Core::process(const float* const*, float* const*, int) noexcept;
template void Stream::Core::process(const double* const*, double* const*, int) noexcept;

template <typename Sample>
void Stream::Core::take_in(const Sample* const* in, int n) noexcept {
  const int dry_channels = std::min(config_.inputs, config_.outputs);
  for (int c = 0; c < dry_channels; ++c) dry_.write(c, clock_, in[c], n);

  int64_t now = 0;
  for (int offset = 0; offset < n;) {
    const int64_t position = clock_ + offset;
    const int64_t block = position / block_, start = position % block_;
    const int count = static_cast<int>(std::min<int64_t>(block_ - start, n - offset));
    Record& record = records_[static_cast<size_t>(result_slot(block))];
    if (start == 0) record = {block, begin_block()};
    if (record.fate == Fate::accepted) {
      for (int c = 0; c < config_.inputs; ++c)
        input_.write(c, accepted_ * block_ + start, in[c] + offset, count);
      if (start + count == block_) {
        if (now == 0) now = now_ns();
        // This callback's samples begin at clock_; the one that emits the block comes that much
        // later.
        const double until_due = static_cast<double>(block * block_ + latency_ - clock_);
        hand_over(block, now + static_cast<int64_t>(until_due * 1e9 /
                                                    sample_rate_.load(std::memory_order_relaxed)));
      }
    }
    offset += count;
  }
  if (now != 0 && pool_) pool_->notify();
}

Stream::Core::Fate Stream::Core::begin_block() noexcept {
  if (!enabled_.load(std::memory_order_relaxed)) return Fate::rested;
  const auto room = [this] {
    return accepted_ - computed_.load(std::memory_order_acquire) < backlog_;
  };
  if (!room() && !pool_) run_here();  // what a flush() kept from being computed
  if (room() || wait_offline(room)) return Fate::accepted;
  counters_.dropped.fetch_add(1, std::memory_order_relaxed);
  return Fate::dropped;
}

void Stream::Core::hand_over(int64_t block, int64_t deadline) noexcept {
  queue_[static_cast<size_t>(accepted_ % backlog_)] = {block, deadline};
  handed_.store(++accepted_, std::memory_order_release);
  if (pool_)
    pool_->submit(ticket_, deadline);
  else
    run_here();
}

// Synchronous: the model runs in the callback. When flush() is applying commands on another thread
// at this very moment the block stays queued and comes late; only an offline host waits.
void Stream::Core::run_here() noexcept {
  while (claimed_.exchange(true, std::memory_order_acquire)) {
    if (!offline_.load(std::memory_order_relaxed)) return;
    wanted_.store(true, std::memory_order_relaxed);
    std::this_thread::yield();
  }
  wanted_.store(false, std::memory_order_relaxed);
  const FlushDenormals flush_denormals;
  const InsideModel inside;
  while (computed_.load(std::memory_order_relaxed) < handed_.load(std::memory_order_relaxed))
    work();
  claimed_.store(false, std::memory_order_release);
}

template <typename Sample>
void Stream::Core::give_out(Sample* const* out, int n) noexcept {
  const bool muted = !enabled_.load(std::memory_order_relaxed);
  for (int offset = 0; offset < n;) {
    const int64_t from = clock_ + offset - latency_;
    const int64_t run = from < 0 ? -from : block_ - from % block_;
    const int count = static_cast<int>(std::min<int64_t>(run, n - offset));
    Heard heard = from < 0 ? Heard::nothing_yet : outcome(from / block_);
    if (muted && heard == Heard::model) heard = Heard::gap;
    muted_ =
        muted || (from >= 0 &&
                  records_[static_cast<size_t>(result_slot(from / block_))].fate == Fate::rested);
    emit(out, offset, count, from, heard);
    offset += count;
  }
}

Stream::Core::Heard Stream::Core::outcome(int64_t block) noexcept {
  const auto slot = static_cast<size_t>(result_slot(block));
  if (records_[slot].block != block || records_[slot].fate != Fate::accepted) return Heard::gap;
  const auto arrived = [&] { return results_[slot].load(std::memory_order_acquire) / 2 == block; };
  if (arrived() || wait_offline(arrived))
    return results_[slot].load(std::memory_order_relaxed) % 2 ? Heard::model : Heard::gap;
  if (missed_ != block) {
    missed_ = block;
    counters_.misses.fetch_add(1, std::memory_order_relaxed);
  }
  return Heard::gap;
}

template <typename Sample>
void Stream::Core::emit(Sample* const* out, int offset, int n, int64_t from, Heard heard) noexcept {
  const Late late = muted_ ? Late::silence : late_.load(std::memory_order_relaxed);
  gap_.enter(heard == Heard::gap, static_cast<int>(late));
  for (int c = 0; c < config_.outputs; ++c) {
    Sample* row = out[c] + offset;
    if (heard == Heard::model)
      output_.read(c, from, row, n);
    else
      std::fill_n(row, n, Sample(0));
    if (gap_.needs_substitute()) substitute(c, from, n);
    gap_.mix(c, row, substitute_.data(), n);
  }
  gap_.advance(n);
}

void Stream::Core::substitute(int channel, int64_t from, int n) noexcept {
  float* row = substitute_.data();
  const auto late = static_cast<Late>(gap_.substitute());
  if (late == Late::hold)
    std::fill_n(row, n, gap_.held(channel));
  else if (late == Late::bypass && channel < config_.inputs && from >= 0) {
    dry_.read(channel, from, row, n);
    for (int i = 0; i < n; ++i)
      if (!std::isfinite(row[i])) row[i] = 0;
  } else
    std::fill_n(row, n, 0.0f);
}

// Offline, waiting is right and missing is wrong: nobody listens yet.
// A model that does not come back is waited for once, not once a callback.
template <typename Ready>
bool Stream::Core::wait_offline(Ready&& ready) noexcept {
  if (!pool_ || !offline_.load(std::memory_order_relaxed)) return false;
  if (gave_up_at_ == computed_.load(std::memory_order_acquire)) return false;
  pool_->notify();
  counters_.waits.fetch_add(1, std::memory_order_relaxed);
  const int64_t until = now_ns() + static_cast<int64_t>(config_.offline_wait * 1e9);
  for (int turn = 0; now_ns() < until; ++turn) {
    if (ready()) return true;
    if (turn < 100)
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    if (turn % 4096 == 4095) pool_->check(ticket_);
  }
  if (ready()) return true;
  gave_up_at_ = computed_.load(std::memory_order_acquire);
  return false;
}

}  // namespace nn
