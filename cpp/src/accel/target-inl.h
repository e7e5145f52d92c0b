// Everything that is compiled for one instruction set: HWY_TARGET, in namespace NN_TARGET, called
// NN_TARGET_NAME. NN_BF16_DOT: with the products of bf16 and 16-bit pairs of AVX-512.
#include <cmath>
#include <cstring>
#include <utility>

#include "cpu.h"
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"
#include "kernels.h"
#include "rows.h"

#ifdef NN_BF16_DOT
#undef HWY_TARGET_STR
#define HWY_TARGET_STR HWY_TARGET_STR_AVX3 ",avx512bf16,avx512vnni"
#endif

HWY_BEFORE_NAMESPACE();
namespace nn::accel::NN_TARGET {
namespace hn = hwy::HWY_NAMESPACE;

// clang-format off: each needs the ones before
#include "block-inl.h"
#include "finish-inl.h"
#include "panels-inl.h"
#include "bytes-inl.h"
#include "gates-inl.h"
// clang-format on

#ifdef NN_BF16_DOT
constexpr bool kBf16Dot = true;
#else
constexpr bool kBf16Dot = false;
#endif

constexpr Kernels kernels_of_target{
    NN_TARGET_NAME, NN_TARGET_SUPPORTED, kBf16Dot,      Columns, BlockRows, Multiply, Transpose,
    LeakyRelu,      kByteColumns,        MultiplyBytes, Peak,    Shrink,    Gates,    TanhRow,
    ExpRow};

}  // namespace nn::accel::NN_TARGET
HWY_AFTER_NAMESPACE();
