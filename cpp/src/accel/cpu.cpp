#include "cpu.h"

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#ifdef _MSC_VER
#include <immintrin.h>
#include <intrin.h>
#else
#include <cpuid.h>
#endif

namespace nn::accel {
namespace {

struct Leaf {
  uint32_t a = 0, b = 0, c = 0, d = 0;
};

Leaf leaf(uint32_t number, uint32_t part = 0) noexcept {
  Leaf l;
#ifdef _MSC_VER
  int all[4];
  __cpuid(all, 0);
  if (uint32_t(all[0]) < number) return l;
  __cpuidex(all, int(number), int(part));
  l = {uint32_t(all[0]), uint32_t(all[1]), uint32_t(all[2]), uint32_t(all[3])};
#else
  __get_cpuid_count(number, part, &l.a, &l.b, &l.c, &l.d);
#endif
  return l;
}

// The registers that the operating system keeps for each thread.
uint64_t kept_registers() noexcept {
#ifdef _MSC_VER
  return _xgetbv(0);
#else
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low | uint64_t{high} << 32;
#endif
}

constexpr bool all(uint64_t word, uint64_t bits) { return (word & bits) == bits; }
constexpr uint64_t bit(int i) { return uint64_t{1} << i; }

bool kept(uint64_t registers) noexcept {
  constexpr int osxsave = 27;
  return all(leaf(1).c, bit(osxsave)) && all(kept_registers(), registers);
}

}  // namespace

bool cpu_has_avx2() noexcept {
  // SSE4, FMA, MOVBE's neighbours: what Highway lets the compiler use along with AVX2.
  constexpr uint64_t in_1 = bit(0) | bit(1) | bit(9) | bit(12) | bit(19) | bit(20) | bit(25) |
                            bit(28) | bit(29);         // SSE3 PCLMUL SSSE3 FMA SSE4 AES AVX F16C
  constexpr uint64_t in_7 = bit(3) | bit(5) | bit(8);  // BMI1 AVX2 BMI2
  return all(leaf(1).c, in_1) && all(leaf(7).b, in_7) && kept(0x6);
}

bool cpu_has_avx3() noexcept {
  constexpr uint64_t in_7 = bit(16) | bit(17) | bit(28) | bit(30) | bit(31);  // F DQ CD BW VL
  return cpu_has_avx2() && all(leaf(7).b, in_7) && kept(0xe6);
}

bool cpu_has_avx3_bf16() noexcept {
  constexpr int vnni = 11;
  return cpu_has_avx3() && all(leaf(7).c, bit(vnni)) && all(leaf(7, 1).a, bit(5));
}

}  // namespace nn::accel

#else

namespace nn::accel {
bool cpu_has_avx2() noexcept { return false; }
bool cpu_has_avx3() noexcept { return false; }
bool cpu_has_avx3_bf16() noexcept { return false; }
}  // namespace nn::accel

#endif
