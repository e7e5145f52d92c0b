#include "machine_limits.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace nn::accel {
namespace {

// What the compiler must believe that somebody sets and reads.
volatile float some_number = 0.5f;
volatile uint64_t some_word;

// `call` does `amount` of something: the most per second of `runs` runs, which are short, so that
// even a busy machine leaves one of them undisturbed.
template <typename Call>
double best_rate(int runs, double amount, Call call) {
  double best = 0;
  for (int run = 0; run < runs; ++run) {
    const auto began = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began;
    best = std::max(best, amount / std::max(taken.count(), 1e-9));
  }
  return best;
}

// Reads memory in order, as a product reads its weights; whole numbers, whose sum may be reordered.
double read_rate() {
  constexpr size_t piece = size_t{2} << 20, words = 12 * piece;  // 192 MiB: more than caches hold
  constexpr auto page = std::align_val_t{2 << 20};
  const auto free_it = [](uint64_t* memory) { ::operator delete(memory, page); };
  const std::unique_ptr<uint64_t, decltype(free_it)> held(
      static_cast<uint64_t*>(::operator new(words * sizeof(uint64_t), page)), free_it);
  uint64_t* const memory = held.get();
#ifdef __linux__
  madvise(memory, words * sizeof(uint64_t), MADV_HUGEPAGE);
#endif
  std::fill_n(memory, words, uint64_t{1});
  size_t next = 0;
  return best_rate(48, piece * sizeof(uint64_t), [&] {
    constexpr size_t lanes = 32;
    uint64_t sums[lanes] = {};
    for (size_t at = next; at < next + piece; at += lanes)
      for (size_t lane = 0; lane < lanes; ++lane) sums[lane] += memory[at + lane];
    uint64_t all = 0;
    for (const uint64_t sum : sums) all += sum;
    some_word = all;
    next = (next + piece) % words;
  });
}

// Sums that do not wait for one another: two multipliers of six cycles are never idle.
constexpr int kSums = 12;
constexpr int kTurns = 1 << 17;
constexpr int kRuns = 32;

// In registers of `bytes`. A macro, since registers wider than those that every processor has are
// for functions compiled with `attribute` only. Contraction makes an operation of two.
#define NN_SUM_RATE(name, attribute, bytes)                                          \
  attribute void name##_run() {                                                      \
    typedef float Register __attribute__((vector_size(bytes)));                      \
    const float start = some_number;                                                 \
    Register sums[kSums];                                                            \
    for (int j = 0; j < kSums; ++j) sums[j] = Register{} + start * float(j);         \
    const Register slope = Register{} + 0.999f * start, offset = Register{} + start; \
    for (int turn = 0; turn < kTurns; ++turn)                                        \
      for (int j = 0; j < kSums; ++j) sums[j] = sums[j] * slope + offset;            \
    Register all = sums[0];                                                          \
    for (int j = 1; j < kSums; ++j) all += sums[j];                                  \
    some_number = all[0] > 0 ? start : 0;                                            \
  }                                                                                  \
  double name() { return best_rate(kRuns, 2.0 * kSums * kTurns * (bytes / 4), name##_run); }

#if defined(__GNUC__) && defined(__x86_64__)
NN_SUM_RATE(sum_rate_64, __attribute__((target("avx512f"))), 64)
NN_SUM_RATE(sum_rate_32, __attribute__((target("avx2,fma"))), 32)
NN_SUM_RATE(sum_rate_16, , 16)
double sum_rate() {
  if (__builtin_cpu_supports("avx512f")) return sum_rate_64();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return sum_rate_32();
  return sum_rate_16();
}
#elif defined(__GNUC__)
NN_SUM_RATE(sum_rate, , 16)
#else
double sum_rate() {  // as wide as the compiler makes it
  constexpr int lanes = 64;
  return best_rate(kRuns, 2.0 * lanes * kTurns, [] {
    const float start = some_number;
    float sums[lanes], all = 0;
    for (int j = 0; j < lanes; ++j) sums[j] = start * static_cast<float>(j);
    for (int turn = 0; turn < kTurns; ++turn)
      for (float& sum : sums) sum = sum * (0.999f * start) + start;
    for (const float sum : sums) all += sum;
    some_number = all > 0 ? start : 0;
  });
}
#endif

}  // namespace

Limits measure_limits() { return {read_rate(), sum_rate()}; }

}  // namespace nn::accel
