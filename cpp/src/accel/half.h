// Roundings of single numbers to 16 bits, to nearest, ties to even.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace nn::accel {

inline constexpr float fp16_max = 65504;

// |x| is at most fp16_max.
inline uint16_t to_fp16(float x) noexcept {
  const uint32_t bits = std::bit_cast<uint32_t>(x), sign = bits >> 16 & 0x8000;
  const float size = std::fabs(x);
  // Below 2^-14 the unit is 2^-24 throughout: the sum has it in its last place.
  if (size < 0x1p-14f) return uint16_t(sign | (std::bit_cast<uint32_t>(size + 0.5f) - 0x3f000000));
  const uint32_t rounded = (bits & 0x7fffffff) + 0xfff + (bits >> 13 & 1);
  return uint16_t(sign | (rounded - (112u << 23)) >> 13);
}

// x is a number.
inline uint16_t to_bf16(float x) noexcept {
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

}  // namespace nn::accel
