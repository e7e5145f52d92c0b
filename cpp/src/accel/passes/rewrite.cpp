#include "rewrite.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>

#include "carry.h"
#include "generators.h"
#include "inventory.h"
#include "layers.h"
#include "networks.h"

namespace nn::accel {
namespace {

bool multiplies(at::ArrayRef<const torch::jit::Block*> blocks) {
  // A function may do anything; looking into it is left to the passes.
  static const std::set<c10::Symbol> kinds{
      c10::aten::conv1d,       c10::aten::conv_transpose1d,
      c10::aten::linear,       c10::aten::matmul,
      c10::aten::mm,           c10::aten::addmm,
      c10::prim::CallFunction,
  };
  for (const auto* block : blocks)
    for (const auto* node : block->nodes())
      if (kinds.count(node->kind()) || multiplies(node->blocks())) return true;
  return false;
}

}  // namespace

bool worth_a_look(const torch::jit::Module& module) {
  // A module may hold another at many places.
  std::set<const c10::ivalue::Object*> seen;
  std::vector<Object> waiting{module._ivalue()};
  while (!waiting.empty()) {
    const Object part = waiting.back();
    waiting.pop_back();
    if (!seen.insert(part.get()).second) continue;
    for (auto* method : part->type()->methods()) {
      const auto* function = torch::jit::tryToGraphFunction(*method);
      if (!function) continue;
      const torch::jit::Block* const whole = function->graph()->block();
      if (multiplies(whole)) return true;
    }
    for (const auto& value : part->slots())
      if (value.isObject() && value.toObject()->type()->is_module())
        waiting.push_back(value.toObject());
  }
  return false;
}

Rewritten put_on_kernels(torch::jit::Module& module, Precision precision, bool networks,
                         const std::function<bool(const std::string&)>& may_write) {
  const Object root = module._ivalue();
  const Inventory inventory(root, may_write);
  // Code that cannot be followed may change everything; then it must not be written out either.
  const auto& all = inventory.attributes();
  if (std::none_of(all.begin(), all.end(), [&](const auto& item) {
        const auto& [owner, slot] = item.second.front();
        return inventory.fixed(owner->getSlot(slot).toTensor());
      }))
    return {};

  // Panels are wider than thin layers by up to a register; untouched memory costs nothing.
  constexpr int64_t kSpare = int64_t{64} << 20;
  auto arena = std::make_shared<Arena>(static_cast<size_t>(3 * inventory.bytes() + kSpare));
  Generators generators(precision, inventory);
  Networks whole(arena, precision, inventory, generators);
  Layers single(arena, precision, inventory);
  std::vector<std::shared_ptr<torch::jit::Graph>> graphs;
  for (const auto& method : module.get_methods()) {
    auto graph = method.graph();
    whole.expand(*graph, root, networks);
    torch::jit::Inline(*graph);
    torch::jit::EliminateDeadCode(graph);
    graphs.push_back(graph);
  }
  for (const auto& graph : graphs) single.look(*graph, root);
  single.pack();
  single.replace();
  // Views of weights that nobody looks at any more.
  for (const auto& graph : graphs) torch::jit::EliminateDeadCode(graph);

  // The packed weights take the place of the floats.
  for (const auto& [tensor, attributes] : all) {
    at::Tensor instead;
    if (const auto found = single.packed().find(tensor); found != single.packed().end())
      instead = found->second;
    else if ((whole.packed().count(tensor) || generators.packed().count(tensor)) &&
             !single.read().count(tensor))
      instead = carry(arena, tensor->sizes());
    if (!instead.defined()) continue;
    for (const auto& attribute : attributes) attribute.owner->setSlot(attribute.slot, instead);
  }
  auto state = whole.caches();
  state.insert(generators.state().begin(), generators.state().end());
  return {whole.count(), single.count(), generators.count(), std::move(state)};
}

}  // namespace nn::accel
