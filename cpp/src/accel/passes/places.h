// Which attribute of which object a value in a method's graph is.
#pragma once

#include <torch/csrc/jit/ir/ir.h>
#include <torch/script.h>

#include <optional>
#include <unordered_map>

#include "layer.h"

namespace nn::accel {

class Places {
 public:
  Places(const torch::jit::Value* self, Object root) { modules_[self] = {std::move(root), {}}; }

  struct Place {
    Object object;
    Path path;
  };
  // The module that a value is, or null.
  const Place* module(const torch::jit::Value* value) const {
    const auto found = modules_.find(value);
    return found == modules_.end() ? nullptr : &found->second;
  }
  // Learns from a node; nodes come in the order in which they run.
  void note(const torch::jit::Node* node) {
    if (node->kind() != c10::prim::GetAttr) return;
    const Place* owner = module(node->input(0));
    if (!owner) return;
    const auto& name = node->s(c10::attr::name);
    const auto value = owner->object->getAttr(name);
    if (value.isObject()) {
      Place place{value.toObject(), recognising::below(owner->path, name)};
      modules_[node->output()] = std::move(place);
    } else {
      attributes_[node->output()] = {owner->object, recognising::below(owner->path, name)};
    }
  }
  // The attribute (last in the path) that a value was read from, or null.
  const Place* attribute(const torch::jit::Value* value) const {
    const auto found = attributes_.find(value);
    return found == attributes_.end() ? nullptr : &found->second;
  }

 private:
  std::unordered_map<const torch::jit::Value*, Place> modules_, attributes_;
};

// The tensor at a path from a module on, if there is one.
inline std::optional<at::Tensor> resolve(Object object, const Path& path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (!object->type()->hasAttribute(path[i])) return {};
    const auto value = object->getAttr(path[i]);
    if (i + 1 == path.size() && value.isTensor()) return value.toTensor();
    if (!value.isObject()) return {};
    object = value.toObject();
  }
  return {};
}

inline std::string dotted(const Path& path) {
  std::string text;
  for (const auto& name : path) text += (text.empty() ? "" : ".") + name;
  return text;
}

}  // namespace nn::accel
