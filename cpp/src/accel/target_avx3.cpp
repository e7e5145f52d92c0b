#include "hwy/detect_targets.h"
#include "kernels.h"

#if HWY_ARCH_X86_64 && HWY_ENABLED(HWY_AVX3)
#undef HWY_TARGET
#define HWY_TARGET HWY_AVX3
#define NN_TARGET in_avx3
#define NN_TARGET_NAME "AVX3"
#define NN_TARGET_SUPPORTED cpu_has_avx3
#include "target-inl.h"

namespace nn::accel {
const Kernels* avx3() noexcept { return &in_avx3::kernels_of_target; }
}  // namespace nn::accel
#else
namespace nn::accel {
const Kernels* avx3() noexcept { return nullptr; }
}  // namespace nn::accel
#endif
