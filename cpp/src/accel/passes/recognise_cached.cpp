// Networks streamed with cached convolutions, as RAVE 2 exports them: frames are [B, C, T], a
// convolution keeps its past in `cache.pad` and lines strides up with `downsampling_delay.pad`,
// a transposed one keeps its tail in `cache`, branches wait for each other in `paddings`.
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include "layer.h"

namespace nn::accel::recognising {
namespace {

using torch::jit::Node;
using torch::jit::Value;

// The one node of this kind in the module's forward, or null.
const Node* only_node(const Object& module, c10::Symbol kind) {
  auto* method = module->type()->findMethod("forward");
  auto* function = method ? torch::jit::tryToGraphFunction(*method) : nullptr;
  if (!function) return nullptr;
  const Node* found = nullptr;
  for (const Node* node : function->graph()->nodes())
    if (node->kind() == kind) {
      if (found) return nullptr;
      found = node;
    }
  return found;
}

// A number in the code, or an attribute of the module; [n] for n.
std::optional<double> number(const Object& module, const Value* value) {
  if (value->node()->kind() == c10::prim::ListConstruct && value->node()->inputs().size() == 1)
    value = value->node()->input(0);
  auto known = torch::jit::toIValue(value);
  if (!known && value->node()->kind() == c10::prim::GetAttr)
    known = get(module, value->node()->s(c10::attr::name).c_str());
  if (known && known->isIntList() && known->toIntVector().size() == 1)
    return static_cast<double>(known->toIntVector()[0]);
  if (known && known->isInt()) return static_cast<double>(known->toInt());
  if (known && known->isDouble()) return known->toDouble();
  return {};
}

// The same, where it is a whole number from `least` on that makes sense.
std::optional<int> count(const Object& module, const Value* value, int least) {
  const auto known = number(module, value);
  if (!known || !(*known >= least && *known <= static_cast<double>(kMost))) return {};
  return static_cast<int>(*known);
}

Layer named(Layer::Kind kind) {
  Layer layer;
  layer.kind = kind;
  layer.channel_major = true;
  return layer;
}

// A line of past frames: before the block, or (cut off at the end) making it late.
std::optional<Layer> line(const Object& module, const Path& at, bool cut) {
  const auto pad = tensor(module, "pad");
  const auto crop = get(module, "crop");
  if (!pad || pad->dim() != 3 || (crop.isBool() && crop.toBool() != cut)) return {};
  auto layer = named(cut ? Layer::delay : Layer::past);
  layer.frames = static_cast<int>(pad->size(2));
  layer.channels = static_cast<int>(pad->size(1));
  layer.cache = below(at, "pad");
  return layer;
}

bool read_bias(const Object& module, int64_t outputs, Layer& layer) {
  const auto bias = get(module, "bias");
  if (bias.isNone()) return true;
  const auto numbers = tensor(module, "bias");
  if (!numbers || numbers->numel() != outputs) return false;
  layer.bias = numbers->flatten();
  return true;
}

std::optional<Layer> convolution(const Object& module, const Path& at) {
  const auto weight = tensor(module, "weight");
  const auto cache = child(module, "cache"), wait = child(module, "downsampling_delay");
  const Node* node = only_node(module, c10::aten::conv1d);
  if (!weight || weight->dim() != 3 || !cache || !node || node->inputs().size() != 7) return {};
  const auto stride = count(module, node->input(3), 1), padding = count(module, node->input(4), 0);
  const auto dilation = count(module, node->input(5), 1), groups = count(module, node->input(6), 1);
  if (!stride || !dilation || !groups || !padding || *padding != 0 || weight->numel() == 0 ||
      weight->size(0) % *groups != 0)
    return {};
  Layer chain;
  if (wait) {
    auto before = line(*wait, below(at, "downsampling_delay"), true);
    if (!before) return {};
    chain.inner.push_back(std::move(*before));
  }
  auto before = line(*cache, below(at, "cache"), false);
  if (!before) return {};
  chain.inner.push_back(std::move(*before));
  auto product = named(Layer::product);
  product.stride = *stride, product.dilation = *dilation;
  if (!read_bias(module, weight->size(0), product)) return {};
  for (const auto& group : weight->chunk(*groups, 0))
    product.weights.push_back(group.permute({2, 1, 0}));
  product.packed = {*weight};
  chain.inner.push_back(std::move(product));
  return chain;
}

std::optional<Layer> transposed(const Object& module, const Path& at) {
  const auto weight = tensor(module, "weight"), tail = tensor(module, "cache");
  const Node* node = only_node(module, c10::aten::conv_transpose1d);
  if (!weight || weight->dim() != 3 || !tail || tail->dim() != 3 || !node) return {};
  const auto ratio = count(module, node->input(3), 1);
  if (!ratio || weight->numel() == 0 || weight->size(2) != 2 * int64_t{*ratio} ||
      tail->size(1) != weight->size(1) || tail->size(2) != *ratio)
    return {};
  auto layer = named(Layer::overlap);
  layer.ratio = *ratio;
  layer.channels = static_cast<int>(weight->size(1));
  layer.cache = below(at, "cache");
  if (!read_bias(module, weight->size(1), layer)) return {};
  const int64_t in = weight->size(0), out = weight->size(1);
  // Of the frame before, then of this one; a row is `ratio` frames of outputs.
  layer.weights = {weight->reshape({in, out, 2, layer.ratio})
                       .flip(2)
                       .permute({2, 0, 3, 1})
                       .reshape({2, in, layer.ratio * out})};
  layer.packed = {*weight};
  return layer;
}

std::optional<Layer> residual(const Object& module, const Path& at) {
  const auto aligned = child(module, "aligned");
  if (!aligned) return {};
  const auto branches = child(*aligned, "branches"), paddings = child(*aligned, "paddings");
  if (!branches || !paddings) return {};
  const auto here = below(at, "aligned");
  const auto bodies = children(*branches, below(here, "branches"));
  const auto lines = children(*paddings, below(here, "paddings"));
  if (bodies.empty() || bodies.size() != lines.size()) return {};
  Layer layer;
  layer.kind = Layer::sum;
  for (size_t i = 0; i < bodies.size(); ++i) {
    auto before = line(lines[i].module, lines[i].at, true);
    if (!before) return {};
    Layer branch;
    branch.inner.push_back(std::move(*before));
    if (kind(bodies[i].module) != "Identity") {
      auto body = recognise(bodies[i].module, bodies[i].at);
      if (!body) return {};
      branch.inner.push_back(std::move(*body));
    }
    layer.inner.push_back(std::move(branch));
  }
  return layer;
}

// What a module of torch.nn gives to the one function of torch.nn.functional that it calls.
std::optional<double> argument(const Object& module, size_t index) {
  const Node* call = only_node(module, c10::prim::CallFunction);
  if (!call || call->inputs().size() <= index) return {};
  return number(module, call->input(index));
}

std::optional<Layer> leaky(const Object& module) {
  const auto slope = argument(module, 2);
  if (!slope) return {};
  auto layer = named(Layer::leaky);
  layer.slope = static_cast<float>(*slope);
  return layer;
}

std::optional<Layer> normalisation(const Object& module) {
  const auto mean = tensor(module, "running_mean"), variance = tensor(module, "running_var");
  const auto gain = tensor(module, "weight"), shift = tensor(module, "bias");
  const auto training = get(module, "training");
  const auto epsilon = argument(module, 8);
  if (!mean || !variance || !gain || !shift || !training.isBool() || training.toBool() || !epsilon)
    return {};
  if (mean->dim() != 1) return {};
  for (const auto* other : {&*variance, &*gain, &*shift})
    if (other->sizes() != mean->sizes()) return {};
  auto layer = named(Layer::affine);
  layer.gain = *gain * (*variance + *epsilon).rsqrt();
  layer.bias = *shift - *mean * layer.gain;
  layer.channels = static_cast<int>(mean->numel());
  return layer;
}

}  // namespace

std::optional<Layer> cached(const Object& module, const Path& at) {
  const auto name = kind(module);
  if (!module->type()->findMethod("forward")) return {};
  if (name == "CachedConv1d") return convolution(module, at);
  if (name == "CachedConvTranspose1d") return transposed(module, at);
  if (name == "Residual" && has(module, "aligned")) return residual(module, at);
  if (qualified(module).find("torch.nn.modules.") == std::string::npos) return {};
  if (name == "LeakyReLU") return leaky(module);
  if (name == "BatchNorm1d") return normalisation(module);
  return {};
}

}  // namespace nn::accel::recognising
