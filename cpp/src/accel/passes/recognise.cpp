#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <unordered_map>

#include "layer.h"

namespace nn::accel {
namespace recognising {

std::string kind(const Object& module) {
  const auto name = module->type()->name();
  return name ? name->name() : "";
}

std::string qualified(const Object& module) {
  const auto name = module->type()->name();
  return name ? name->qualifiedName() : "";
}

bool has(const Object& module, const char* name) { return module->type()->hasAttribute(name); }

c10::IValue get(const Object& module, const char* name) {
  return has(module, name) ? module->getAttr(name) : c10::IValue();
}

std::optional<Object> child(const Object& module, const char* name) {
  const auto value = get(module, name);
  if (!value.isObject()) return {};
  return value.toObject();
}

std::optional<at::Tensor> tensor(const Object& module, const char* name) {
  const auto value = get(module, name);
  if (!value.isTensor()) return {};
  const auto& found = value.toTensor();
  if (!found.defined() || !found.is_cpu() || found.scalar_type() != at::kFloat ||
      found.layout() != at::kStrided || !found.has_storage())
    return {};
  for (const int64_t size : found.sizes())
    if (size > kMost) return {};
  if (found.numel() > static_cast<int64_t>(found.storage().nbytes() / sizeof(float))) return {};
  return found;
}

std::optional<int64_t> whole(const Object& module, const char* name) {
  const auto value = get(module, name);
  if (!value.isInt() || value.toInt() < -kMost || value.toInt() > kMost) return {};
  return value.toInt();
}

Path below(const Path& path, const std::string& name) {
  auto longer = path;
  longer.push_back(name);
  return longer;
}

std::vector<Part> children(const Object& list, const Path& at) {
  std::vector<Part> all;
  for (size_t i = 0; i < list->type()->numAttributes(); ++i)
    if (const auto& slot = list->getSlot(i); slot.isObject())
      all.push_back({slot.toObject(), below(at, list->type()->getAttributeName(i))});
  return all;
}

namespace {

// Modules hold one another by name, whatever their code does: a small file can name one part so
// often that no memory holds the layers.
class Budget {
 public:
  Budget() {
    if (depth_++ == 0) left_ = kMostModules;
    --left_;
  }
  Budget(const Budget&) = delete;
  ~Budget() { --depth_; }
  bool spent() const { return depth_ > kMostNested || left_ < 0; }

 private:
  static constexpr int kMostNested = 64, kMostModules = 20'000;
  static thread_local int depth_, left_;
};

thread_local int Budget::depth_ = 0, Budget::left_ = 0;

}  // namespace
}  // namespace recognising

std::optional<Layer> recognise(const Object& module, const Path& at) {
  const recognising::Budget budget;
  if (budget.spent()) return {};
  if (auto layer = recognising::ours(module, at)) return layer;
  if (auto layer = recognising::cached(module, at)) return layer;
  const auto inside = parts(module, at);
  if (!inside) return {};
  Layer chain;
  for (const auto& part : *inside) {
    auto layer = recognise(part.module, part.at);
    if (!layer) return {};
    chain.inner.push_back(std::move(*layer));
  }
  return chain;
}

// The graph must be GetAttr of modules and calls of their `forward`, each with what the last made.
std::optional<std::vector<Part>> parts(const Object& module, const Path& at) {
  auto* method = module->type()->findMethod("forward");
  auto* function = method ? torch::jit::tryToGraphFunction(*method) : nullptr;
  if (!function) return {};
  const auto graph = function->graph();
  if (graph->inputs().size() != 2 || graph->outputs().size() != 1) return {};
  std::unordered_map<const torch::jit::Value*, Part> known;
  known[graph->inputs()[0]] = {module, at};
  const torch::jit::Value* current = graph->inputs()[1];
  std::vector<Part> found;
  for (const torch::jit::Node* node : graph->nodes()) {
    if (node->kind() == c10::prim::Constant) continue;
    const auto owner = node->inputs().empty() ? known.end() : known.find(node->input(0));
    if (owner == known.end()) return {};
    if (node->kind() == c10::prim::GetAttr) {
      const auto& name = node->s(c10::attr::name);
      const auto value = owner->second.module->getAttr(name);
      if (!value.isObject()) return {};
      auto part = Part{value.toObject(), recognising::below(owner->second.at, name)};
      known[node->output()] = std::move(part);
    } else if (node->kind() == c10::prim::CallMethod && node->s(c10::attr::name) == "forward" &&
               node->inputs().size() == 2 && node->input(1) == current) {
      found.push_back(owner->second);
      current = node->output();
    } else {
      return {};
    }
  }
  if (graph->outputs()[0] != current) return {};
  return found;
}

std::optional<bool> channel_major(const Layer& layer) {
  switch (layer.kind) {
    case Layer::chain:
    case Layer::sum:
    case Layer::shortcut:
      for (const auto& inner : layer.inner)
        if (const auto known = channel_major(inner)) return known;
      return {};
    case Layer::leaky:
      return {};
    default:
      return layer.channel_major;
  }
}

bool one_order(const Layer& layer) {
  std::optional<bool> order;
  for (const auto& inner : layer.inner) {
    const auto wanted = channel_major(inner);
    if (!one_order(inner) || (order && wanted && *order != *wanted)) return false;
    if (wanted) order = wanted;
  }
  return true;
}

void find_caches(const Layer& layer, std::vector<Path>& caches) {
  const bool lines = layer.kind == Layer::past || layer.kind == Layer::delay;
  if (layer.kind == Layer::overlap || lines) caches.push_back(layer.cache);
  for (const auto& inner : layer.inner) find_caches(inner, caches);
}

int inputs(const Layer& layer) {
  switch (layer.kind) {
    case Layer::chain:
    case Layer::sum:
    case Layer::shortcut:
      for (const auto& inner : layer.inner)
        if (const int known = inputs(inner)) return known;
      return 0;
    case Layer::product:
    case Layer::overlap: {
      int sum = 0;
      for (const auto& weight : layer.weights) sum += static_cast<int>(weight.size(1));
      return sum;
    }
    default:
      return layer.channels;
  }
}

}  // namespace nn::accel
