#include "hwy/detect_targets.h"
#include "kernels.h"

#if HWY_ARCH_X86_64 && HWY_ENABLED(HWY_AVX3)
#undef HWY_TARGET
#define HWY_TARGET HWY_AVX3
#define NN_TARGET in_avx3_bf16
#define NN_TARGET_NAME "AVX3_BF16"
#define NN_TARGET_SUPPORTED cpu_has_avx3_bf16
#define NN_BF16_DOT
#include "target-inl.h"

namespace nn::accel {
const Kernels* avx3_bf16() noexcept { return &in_avx3_bf16::kernels_of_target; }
}  // namespace nn::accel
#else
namespace nn::accel {
const Kernels* avx3_bf16() noexcept { return nullptr; }
}  // namespace nn::accel
#endif
