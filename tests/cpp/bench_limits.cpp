#include "bench_limits.h"

#include <algorithm>

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// With the compiler's own vectors, wide enough for any target.
using Ints [[gnu::vector_size(64)]] = uint64_t;

uint64_t sum(const Ints* p, size_t count) {
  Ints a{}, b{}, c{}, d{};
  for (size_t i = 0; i < count; i += 4) {
    __builtin_prefetch(p + i + 64), __builtin_prefetch(p + i + 65);
    __builtin_prefetch(p + i + 66), __builtin_prefetch(p + i + 67);
    a += p[i], b += p[i + 1], c += p[i + 2], d += p[i + 3];
  }
  a += b + c + d;
  return a[0] + a[1] + a[2] + a[3];
}

}  // namespace

double read_gigabytes_per_second() {
  constexpr size_t bytes = size_t{256} << 20;
  nn::accel::Arena arena(bytes);
  auto* const all = static_cast<Ints*>(arena.take(bytes));
  for (size_t i = 0; i < bytes / sizeof(Ints); ++i) all[i][0] = i;
  double best = 1e9;
  uint64_t total = 0;
  for (int i = 0; i < 12; ++i) {
    const double from = seconds();
    total += sum(all, bytes / sizeof(Ints));
    best = std::min(best, seconds() - from);
  }
  volatile uint64_t kept = total;
  (void)kept;
  return double(bytes) / best / 1e9;
}

// Sixteen sums in registers, each its own chain; `+` the constraint keeps them there.
#define NN_CHAINS(name, attributes, bytes, constraint)                            \
  attributes double name(float value, long rounds) {                              \
    using Vector [[gnu::vector_size(bytes)]] = float;                             \
    Vector x = Vector{} + value, y = x, a = x, b = x, c = x, d = x, e = x, f = x; \
    Vector g = x, h = x, i = x, j = x, k = x, l = x;                              \
    for (long n = 0; n < rounds; ++n) {                                           \
      a = x * y + a, b = x * y + b, c = x * y + c, d = x * y + d, e = x * y + e;  \
      f = x * y + f, g = x * y + g, h = x * y + h, i = x * y + i, j = x * y + j;  \
      k = x * y + k, l = x * y + l;                                               \
      __asm__("" : constraint(x), constraint(y));                                 \
    }                                                                             \
    a += b + c + d + e + f + g + h + i + j + k + l;                               \
    return a[0];                                                                  \
  }                                                                               \
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
