#include "packing.h"

namespace nn::accel {

Weights pack(Arena& arena, const at::Tensor& weight, Precision precision) {
  const auto w = weight.detach().to(at::kFloat);
  const Geometry geometry{static_cast<int>(w.size(0)), static_cast<int>(w.size(1)),
                          static_cast<int>(w.size(2))};
  return {arena,
          geometry,
          {w.const_data_ptr<float>(), w.stride(0), w.stride(1), w.stride(2)},
          precision};
}

std::vector<Weights> pack_convolution(Arena& arena, const at::Tensor& weight, int groups,
                                      Precision precision) {
  std::vector<Weights> packed;
  for (const auto& group : weight.chunk(groups, 0))
    packed.push_back(pack(arena, group.permute({2, 1, 0}), precision));
  return packed;
}

Weights pack_transposed(Arena& arena, const at::Tensor& weight, int stride, Precision precision) {
  const int64_t in = weight.size(0), out = weight.size(1);
  const int64_t taps = (weight.size(2) + stride - 1) / stride;
  // The last tap is this frame's, the one before it that of the frame before, …
  const auto padded = at::constant_pad_nd(weight.detach(), {0, taps * stride - weight.size(2)});
  const auto rows = padded.reshape({in, out, taps, stride}).flip(2).permute({2, 0, 3, 1});
  return pack(arena, rows.reshape({taps, in, stride * out}), precision);
}

}  // namespace nn::accel
