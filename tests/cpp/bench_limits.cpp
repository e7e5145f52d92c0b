#include "bench_limits.h"

#include <algorithm>

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// With the compiler's own vectors, wide enough for any target.
using Ints [[gnu::vector_size(64)]] = uint64_t;

// From four places at once: more than one stream is faster on some processors.
uint64_t sum(const Ints* p, size_t count) {
  Ints a{}, b{}, c{}, d{};
  const size_t part = count / 4;
  for (size_t i = 0; i < part; ++i, ++p) {
    for (int k = 0; k < 4; ++k) __builtin_prefetch(p + k * part + 64);
    a += p[0], b += p[part], c += p[2 * part], d += p[3 * part];
  }
  a += b + c + d;
  return a[0] + a[1] + a[2] + a[3];
}

}  // namespace

double read_gigabytes_per_second() {
  // In parts of the size of a large layer, for the least time to mean the same.
  constexpr size_t bytes = size_t{256} << 20, chunk = size_t{8} << 20;
  nn::accel::Arena arena(bytes);
  auto* const all = static_cast<Ints*>(arena.take(bytes));
  for (size_t i = 0; i < bytes / sizeof(Ints); ++i) all[i][0] = i;
  double best = 1e9;
  uint64_t total = 0;
  for (int i = 0; i < 8; ++i)
    for (size_t c = 0; c < bytes; c += chunk) {
      const double from = seconds();
      total += sum(all + c / sizeof(Ints), chunk / sizeof(Ints));
      best = std::min(best, seconds() - from);
    }
  volatile uint64_t kept = total;
  (void)kept;
  return double(chunk) / best / 1e9;
}

// Twelve sums in registers, each a chain of its own.
#define NN_CHAINS(name, attributes, bytes, constraint)                           \
  attributes double name(float value, long rounds) {                             \
    using Vector [[gnu::vector_size(bytes)]] = float;                            \
    Vector x = Vector{} + value, y = x, sums[12];                                \
    for (int i = 0; i < 12; ++i) sums[i] = x * float(i);                         \
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = sums;                           \
    for (long n = 0; n < rounds; ++n) {                                          \
      a = x * y + a, b = x * y + b, c = x * y + c, d = x * y + d, e = x * y + e; \
      f = x * y + f, g = x * y + g, h = x * y + h, i = x * y + i, j = x * y + j; \
      k = x * y + k, l = x * y + l;                                              \
      __asm__("" : constraint(x), constraint(y));                                \
    }                                                                            \
    a += b + c + d + e + f + g + h + i + j + k + l;                              \
    return a[0];                                                                 \
  }                                                                              \
  constexpr double name##_flops = 2.0 * 12 * bytes / 4;

namespace {
#if defined(__x86_64__)
NN_CHAINS(wide, __attribute__((target("avx512f,fma"))), 64, "+v")
NN_CHAINS(middle, __attribute__((target("avx2,fma"))), 32, "+x")
NN_CHAINS(narrow, , 16, "+x")
#else
NN_CHAINS(narrow, , 16, "+w")
#endif
}  // namespace

double fma_gigaflops() {
  auto* chains = narrow;
  double flops = narrow_flops;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    chains = wide, flops = wide_flops;
  else if (__builtin_cpu_supports("fma"))
    chains = middle, flops = middle_flops;
#endif
  constexpr long rounds = 1'000'000;
  double best = 1e9;
  volatile double kept = 0;
  for (int i = 0; i < 12; ++i) {
    const double from = seconds();
    kept = kept + chains(1e-3f, rounds);
    best = std::min(best, seconds() - from);
  }
  return flops * double(rounds) / best / 1e9;
}
