#include "hwy/detect_targets.h"
#include "kernels.h"

#if HWY_ARCH_ARM_A64 && HWY_ENABLED(HWY_NEON)
#undef HWY_TARGET
#define HWY_TARGET HWY_NEON
#define NN_TARGET in_neon
#define NN_TARGET_NAME "NEON"
#define NN_TARGET_SUPPORTED cpu_has_all
#include "target-inl.h"

namespace nn::accel {
const Kernels* neon() noexcept { return &in_neon::kernels_of_target; }
}  // namespace nn::accel
#else
namespace nn::accel {
const Kernels* neon() noexcept { return nullptr; }
}  // namespace nn::accel
#endif
