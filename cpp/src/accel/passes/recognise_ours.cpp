// The pieces of nn_tilde.nn.streaming_layers, whose frames are [B, T, C].
#include "layer.h"

namespace nn::accel::recognising {
namespace {

constexpr const char* kFile = "nn_tilde.nn.streaming_";

std::optional<Layer> past(const Object& module, const Path& at, Layer::Kind kind) {
  const auto kept = tensor(module, "past");
  if (!kept || kept->dim() != 3) return {};
  Layer layer;
  layer.kind = kind;
  layer.cache = below(at, "past");
  layer.frames = static_cast<int>(kept->size(1));
  layer.channels = static_cast<int>(kept->size(2));
  return layer;
}

std::optional<Layer> zeros(const Object& module, const char* left, const char* right, int sign) {
  const auto before = whole(module, left), after = whole(module, right);
  if (!before || !after) return {};
  Layer layer;
  layer.kind = Layer::zeros;
  layer.frames = static_cast<int>(sign * *before), layer.right = static_cast<int>(sign * *after);
  return layer;
}

// layout: kernel, inputs, outputs, stride, dilation, order (0: rows of weights are outputs side by
// side, 1: each row makes one output, 2: that in parts), groups.
std::optional<Layer> taps(const Object& module) {
  const auto weight = tensor(module, "weight"), bias = tensor(module, "bias");
  const auto list = get(module, "layout");
  if (!weight || !bias || !list.isIntList() || list.toIntVector().size() != 7) return {};
  const auto layout = list.toIntVector();
  const auto kernel = layout[0], in = layout[1], out = layout[2], groups = layout[6];
  for (const int64_t number : {kernel, in, out, layout[3], layout[4], groups})
    if (number < 1 || number > kMost) return {};
  // Divided, for products of three such numbers overflow.
  if (weight->numel() == 0 || weight->numel() % (kernel * in) != 0 ||
      weight->numel() / (kernel * in) != out || out % groups != 0 || bias->numel() != out)
    return {};
  Layer layer;
  layer.kind = Layer::product;
  layer.stride = static_cast<int>(layout[3]), layer.dilation = static_cast<int>(layout[4]);
  layer.bias = *bias;
  auto rows = *weight;  // → [groups, out / groups, kernel · in]
  if (layout[5] == 0)
    rows = rows.reshape({groups, kernel * in, out / groups}).transpose(1, 2);
  else if (layout[5] == 1)
    rows = rows.reshape({groups, out / groups, kernel * in});
  else if (rows.dim() == 3 && groups == 1)
    rows = rows.transpose(0, 1).reshape({1, out, kernel * in});
  else
    return {};
  for (const auto& group : rows.unbind(0))
    layer.weights.push_back(group.reshape({out / groups, kernel, in}).permute({1, 2, 0}));
  layer.packed = {*weight};
  return layer;
}

std::optional<Layer> upsample(const Object& module) {
  const auto inside = child(module, "taps");
  const auto ratio = whole(module, "ratio");
  if (!inside || !ratio || *ratio < 1) return {};
  auto layer = taps(*inside);
  if (!layer || layer->weights.front().size(2) % *ratio != 0) return {};
  layer->ratio = static_cast<int>(*ratio);
  return layer;
}

std::optional<Layer> leaky(const Object& module) {
  const auto slope = get(module, "slope");
  if (!slope.isDouble()) return {};
  Layer layer;
  layer.kind = Layer::leaky;
  layer.slope = static_cast<float>(slope.toDouble());
  return layer;
}

std::optional<Layer> affine(const Object& module) {
  const auto gain = tensor(module, "gain"), shift = tensor(module, "shift");
  if (!gain || !shift) return {};
  Layer layer;
  layer.kind = Layer::affine;
  layer.gain = *gain, layer.bias = *shift;
  layer.channels = static_cast<int>(gain->numel());
  return layer;
}

std::optional<Layer> sum(const Object& module, const Path& at) {
  const auto branches = child(module, "branches");
  if (!branches) return {};
  Layer layer;
  layer.kind = Layer::sum;
  for (const auto& branch : children(*branches, below(at, "branches"))) {
    auto inner = recognise(branch.module, branch.at);
    if (!inner) return {};
    layer.inner.push_back(std::move(*inner));
  }
  if (layer.inner.empty()) return {};
  return layer;
}

std::optional<Layer> residual(const Object& module, const Path& at) {
  Layer layer;
  layer.kind = Layer::shortcut;
  for (const char* name : {"past", "activation", "first", "rest"}) {
    const auto part = child(module, name);
    if (!part) return {};
    auto inner = recognise(*part, below(at, name));
    if (!inner) return {};
    layer.inner.push_back(std::move(*inner));
  }
  const auto start = whole(module, "start");
  if (!start) return {};
  layer.start = static_cast<int>(*start);
  const auto kind = layer.inner.front().kind;
  if (kind != Layer::past && kind != Layer::zeros) return {};
  return layer;
}

}  // namespace

std::optional<Layer> ours(const Object& module, const Path& at) {
  if (qualified(module).find(kFile) == std::string::npos) return {};
  const auto name = kind(module);
  if (name == "Past") return past(module, at, Layer::past);
  if (name == "Delay") {
    const auto inside = child(module, "past");
    return inside ? past(*inside, below(at, "past"), Layer::delay) : std::nullopt;
  }
  if (name == "Zeros") return zeros(module, "left", "right", 1);
  if (name == "Crop") return zeros(module, "start", "end", -1);
  if (name == "Taps" || name == "GroupedTaps") return taps(module);
  if (name == "Upsample") return upsample(module);
  if (name == "LeakyReLU") return leaky(module);
  if (name == "Affine") return affine(module);
  if (name == "Sum") return sum(module, at);
  if (name == "Residual") return residual(module, at);
  return {};
}

}  // namespace nn::accel::recognising
