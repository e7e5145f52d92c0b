// Weights of modules, packed.
#pragma once

#include <torch/script.h>

#include <vector>

#include "../product.h"

namespace nn::accel {

// A product's weights as [taps, inputs, outputs].
Weights pack(Arena& arena, const at::Tensor& weight, Precision precision);

// One per group from conv1d's [out, in / groups, kernel].
std::vector<Weights> pack_convolution(Arena& arena, const at::Tensor& weight, int groups,
                                      Precision precision);

// conv_transpose1d's [in, out, kernel] as a product over ⌈kernel / stride⌉ frames whose rows are
// `stride` frames of the output side by side.
Weights pack_transposed(Arena& arena, const at::Tensor& weight, int stride, Precision precision);

// What an operator's weight argument carries.
struct PackedWeight {
  enum Kind : uint8_t { convolution, transposed, matrix } kind = matrix;
  std::vector<Weights> groups;
  int stride = 1;                 // transposed: what it was packed for
  std::shared_ptr<Arena> memory;  // where the panels lie
};

}  // namespace nn::accel
