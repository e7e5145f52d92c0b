#include "hwy/detect_targets.h"
#include "kernels.h"

#if HWY_ARCH_X86_64 && HWY_ENABLED(HWY_AVX2)
#undef HWY_TARGET
#define HWY_TARGET HWY_AVX2
#define NN_TARGET in_avx2
#define NN_TARGET_NAME "AVX2"
#define NN_TARGET_SUPPORTED cpu_has_avx2
#include "target-inl.h"

namespace nn::accel {
const Kernels* avx2() noexcept { return &in_avx2::kernels_of_target; }
}  // namespace nn::accel
#else
namespace nn::accel {
const Kernels* avx2() noexcept { return nullptr; }
}  // namespace nn::accel
#endif
