// Whatever the processor: plain C++.
#include "hwy/detect_targets.h"
#undef HWY_TARGET
#define HWY_TARGET HWY_BASELINE_SCALAR
#define NN_TARGET in_base
#if HWY_TARGET == HWY_SCALAR
#define NN_TARGET_NAME "SCALAR"
#else
#define NN_TARGET_NAME "EMU128"
#endif
#define NN_TARGET_SUPPORTED cpu_has_all
#include "target-inl.h"

namespace nn::accel {
const Kernels* base() noexcept { return &in_base::kernels_of_target; }
}  // namespace nn::accel
