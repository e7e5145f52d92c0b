// Every attribute below a module: where it is, what shares its memory, and whether code may change
// it. What a malicious file holds is bounded in depth, and looked at a bounded number of times.
#pragma once

#include <torch/csrc/jit/ir/ir.h>
#include <torch/script.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "places.h"

namespace nn::accel {

class Inventory {
 public:
  using Slot = std::pair<const c10::ivalue::Object*, size_t>;
  struct Attribute {
    Object owner;
    size_t slot;
  };
  using Attributes = std::map<const c10::TensorImpl*, std::vector<Attribute>>;

  // may_write(path): whether the module's code writes to a tensor.
  Inventory(Object root, std::function<bool(const std::string&)> may_write)
      : may_write_(std::move(may_write)) {
    read_code(root, 0);
    look(root, {});
  }

  // The tensors that are attributes of modules.
  const Attributes& attributes() const { return attributes_; }
  int64_t bytes() const { return bytes_; }  // of those
  bool changes(const Object& owner, const std::string& name) const {
    return !owner->type()->is_module() ||
           changing_.count({owner.get(), owner->type()->getAttributeSlot(name)}) > 0;
  }
  // Whether no code may change the numbers, and each has memory of its own.
  bool fixed(const at::Tensor& tensor) const {
    const auto found = attributes_.find(tensor.unsafeGetTensorImpl());
    if (found == attributes_.end() || !alone(tensor)) return false;
    for (const auto& attribute : found->second)
      if (changing_.count({attribute.owner.get(), attribute.slot})) return false;
    return tensor.nbytes() <= tensor.storage().nbytes();
  }
  // Whether one attribute holds it, and no other tensor lies in its memory.
  bool single(const at::Tensor& tensor) const {
    const auto found = attributes_.find(tensor.unsafeGetTensorImpl());
    return found != attributes_.end() && found->second.size() == 1 && alone(tensor);
  }
  // Whether nothing below a module may change, but for these tensors.
  bool constant(const Object& module, const std::set<const c10::TensorImpl*>& state) const {
    for (size_t i = 0; i < module->type()->numAttributes(); ++i) {
      const auto& value = module->getSlot(i);
      if (value.isObject()) {
        const auto inner = value.toObject();
        if (!inner->type()->is_module() || !constant(inner, state)) return false;
      } else if (value.isTensor() && value.toTensor().defined()) {
        // A normalisation counts its batches while it is trained.
        const auto& tensor = value.toTensor();
        if (!state.count(tensor.unsafeGetTensorImpl()) && !fixed(tensor) &&
            module->type()->getAttributeName(i) != "num_batches_tracked")
          return false;
      } else if (changing_.count({module.get(), i})) {
        return false;
      }
    }
    return true;
  }

 private:
  static constexpr size_t kMostNested = 200;
  static constexpr int kMostPaths = 8;

  bool alone(const at::Tensor& tensor) const {
    const auto found = storages_.find(tensor.storage().unsafeGetStorageImpl());
    return found != storages_.end() && found->second.size() == 1;
  }

  static void expect_depth(size_t depth) {
    if (depth > kMostNested) throw std::invalid_argument("modules nested too deep");
  }

  // Names that some code assigns to, "class.attribute": what is under them may change.
  void read_code(const Object& object, size_t depth) {
    expect_depth(depth);
    if (!seen_.insert(object.get()).second) return;
    if (types_.insert(object->type().get()).second)
      for (auto* method : object->type()->methods())
        if (auto* function = torch::jit::tryToGraphFunction(*method))
          read_code(function->graph()->block());
    for (const auto& value : object->slots())
      if (value.isObject()) read_code(value.toObject(), depth + 1);
  }

  void read_code(const torch::jit::Block* block) {
    for (const auto* node : block->nodes()) {
      if (node->kind() == c10::prim::SetAttr)
        if (const auto type = node->input(0)->type()->cast<c10::ClassType>(); type && type->name())
          assigned_.insert(type->name()->qualifiedName() + "." + node->s(c10::attr::name));
      for (const auto* inner : node->blocks()) read_code(inner);
    }
  }

  void look(const Object& module, const Path& at) {
    expect_depth(at.size());
    // More names for one module than anyone needs: all below counts as changing.
    const bool crowded = paths_[module.get()] == kMostPaths;
    if (paths_[module.get()]++ > kMostPaths) return;
    const auto& type = module->type();
    for (size_t i = 0; i < type->numAttributes(); ++i) {
      const auto& name = type->getAttributeName(i);
      const auto path = recognising::below(at, name);
      const auto& value = module->getSlot(i);
      if (crowded || may_write_(dotted(path)) ||
          (type->name() && assigned_.count(type->name()->qualifiedName() + "." + name)))
        changing_.insert({module.get(), i});
      if (value.isObject() && value.toObject()->type()->is_module()) {
        look(value.toObject(), path);
        continue;
      }
      look_inside(value, at.size());
      if (paths_[module.get()] > 1 || !value.isTensor() || !value.toTensor().defined() ||
          !value.toTensor().has_storage())
        continue;
      const auto& tensor = value.toTensor();
      attributes_[tensor.unsafeGetTensorImpl()].push_back({module, i});
      bytes_ += static_cast<int64_t>(std::min(tensor.nbytes(), tensor.storage().nbytes()));
    }
  }

  // Memory that lists and plain objects hold as well.
  void look_inside(const c10::IValue& value, size_t depth) {
    expect_depth(depth);
    if (value.isTensor()) {
      const auto& tensor = value.toTensor();
      if (tensor.defined() && tensor.has_storage())
        storages_[tensor.storage().unsafeGetStorageImpl()].insert(tensor.unsafeGetTensorImpl());
    } else if (value.isList()) {
      if (!value.isIntList() && !value.isDoubleList() && !value.isBoolList())
        for (const c10::IValue& inner : value.toListRef()) look_inside(inner, depth + 1);
    } else if (value.isTuple()) {
      for (const auto& inner : value.toTupleRef().elements()) look_inside(inner, depth + 1);
    } else if (value.isGenericDict()) {
      for (const auto& item : value.toGenericDict()) look_inside(item.value(), depth + 1);
    } else if (value.isObject() && plain_.insert(value.toObject().get()).second) {
      for (const auto& inner : value.toObject()->slots()) look_inside(inner, depth + 1);
    }
  }

  std::function<bool(const std::string&)> may_write_;
  Attributes attributes_;
  std::map<const c10::StorageImpl*, std::set<const c10::TensorImpl*>> storages_;
  std::set<Slot> changing_;
  std::set<std::string> assigned_;
  std::unordered_set<const c10::ivalue::Object*> seen_, plain_;
  std::unordered_set<const c10::ClassType*> types_;
  std::map<const c10::ivalue::Object*, int> paths_;
  int64_t bytes_ = 0;
};

}  // namespace nn::accel
