// What this processor has, and the operating system lets us use.
#pragma once

namespace nn::accel {

inline bool cpu_has_all() noexcept { return true; }
bool cpu_has_avx2() noexcept;  // with FMA and F16C
bool cpu_has_avx3() noexcept;  // AVX-512 F, CD, BW, DQ and VL
bool cpu_has_avx3_bf16() noexcept;

}  // namespace nn::accel
