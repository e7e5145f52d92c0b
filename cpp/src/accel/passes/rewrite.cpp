#include "rewrite.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <map>
#include <unordered_set>

#include "carry.h"
#include "layers.h"
#include "networks.h"

namespace nn::accel {
namespace {

// Every tensor attribute of a module and where it is.
struct Attribute {
  Object owner;
  size_t slot;
  std::string path;
};
using Attributes = std::map<const c10::TensorImpl*, std::vector<Attribute>>;

class Inventory {
 public:
  explicit Inventory(const Object& root) { look(root, {}); }
  const Attributes& attributes() const { return attributes_; }
  // Whether no other tensor shares the memory, so that giving it back is safe.
  bool alone(const at::Tensor& tensor) const {
    const auto found = storages_.find(tensor.storage().unsafeGetStorageImpl());
    return found != storages_.end() && found->second.size() == 1;
  }
  int64_t bytes() const { return bytes_; }

 private:
  void look(const Object& object, const Path& at) {
    if (!seen_.insert(object.get()).second) return;
    for (size_t i = 0; i < object->type()->numAttributes(); ++i) {
      const auto& value = object->getSlot(i);
      const auto path = recognising::below(at, object->type()->getAttributeName(i));
      if (value.isObject()) {
        look(value.toObject(), path);
      } else if (value.isTensor() && value.toTensor().defined() && value.toTensor().has_storage()) {
        const auto& tensor = value.toTensor();
        attributes_[tensor.unsafeGetTensorImpl()].push_back({object, i, dotted(path)});
        storages_[tensor.storage().unsafeGetStorageImpl()].insert(tensor.unsafeGetTensorImpl());
        bytes_ += tensor.numel() * static_cast<int64_t>(sizeof(float));
      }
    }
  }
  Attributes attributes_;
  std::map<const c10::StorageImpl*, std::set<const c10::TensorImpl*>> storages_;
  std::unordered_set<const c10::ivalue::Object*> seen_;
  int64_t bytes_ = 0;
};

// Names that some code assigns to: "class.attribute". Numbers and tensors under them may change.
void assigned(const torch::jit::Block* block, std::set<std::string>& names) {
  for (const auto* node : block->nodes()) {
    if (node->kind() == c10::prim::SetAttr)
      if (const auto type = node->input(0)->type()->cast<c10::ClassType>(); type && type->name())
        names.insert(type->name()->qualifiedName() + "." + node->s(c10::attr::name));
    for (const auto* inner : node->blocks()) assigned(inner, names);
  }
}

std::set<std::string> assigned_in(const torch::jit::Module& module) {
  std::set<std::string> names;
  for (const auto& part : module.modules())
    for (const auto& method : part.get_methods()) assigned(method.graph()->block(), names);
  return names;
}

std::string full_name(const Attribute& attribute) {
  const auto type = attribute.owner->type();
  return (type->name() ? type->name()->qualifiedName() : "") + "." +
         type->getAttributeName(attribute.slot);
}

}  // namespace

Rewritten put_on_kernels(torch::jit::Module& module, Precision precision, bool networks,
                         const std::function<bool(const std::string&)>& may_write) {
  const Object root = module._ivalue();
  const Inventory inventory(root);
  const auto names = assigned_in(module);
  const auto fixed = [&](const at::Tensor& tensor) {
    const auto found = inventory.attributes().find(tensor.unsafeGetTensorImpl());
    if (found == inventory.attributes().end() || !inventory.alone(tensor)) return false;
    for (const auto& attribute : found->second)
      if (may_write(attribute.path) || names.count(full_name(attribute))) return false;
    return true;
  };

  // Panels are wider than thin layers by up to a register; untouched memory costs nothing.
  constexpr int64_t kSpare = int64_t{64} << 20;
  auto arena = std::make_shared<Arena>(static_cast<size_t>(3 * inventory.bytes() + kSpare));
  Networks whole(arena, precision, fixed);
  Layers single(arena, precision, fixed);
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
  for (const auto& [tensor, attributes] : inventory.attributes()) {
    at::Tensor instead;
    if (const auto found = single.packed().find(tensor); found != single.packed().end())
      instead = found->second;
    else if (whole.packed().count(tensor) && !single.read().count(tensor))
      instead = carry(arena, tensor->sizes());
    if (!instead.defined()) continue;
    for (const auto& attribute : attributes) attribute.owner->setSlot(attribute.slot, instead);
  }
  return {whole.count(), single.count(), whole.caches()};
}

}  // namespace nn::accel
