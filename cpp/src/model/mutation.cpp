// Objects on one file share its weights, and each has its own state. Which is which? A parameter
// may be written to and a registered buffer may hold weights, so neither name decides: the code
// does. torch's alias analysis, made for freezing modules, tells whether anything that may share
// memory with an attribute is written to in place, or stored where a later call may write to it.
#include "mutation.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace nn {
namespace {

using torch::jit::Block;
using torch::jit::Function;
using torch::jit::Node;
using torch::jit::Value;

constexpr size_t kMostNodes = 300'000;        // of a method with all it calls written out
constexpr size_t kMostQuestions = 4'000'000;  // pairs of values that may share memory

// How many nodes a function has once everything it calls is written out: a small file can ask for
// more than any memory holds.
class Sizes {
 public:
  size_t of(Function& function) {
    if (const auto known = sizes_.find(&function); known != sizes_.end()) return known->second;
    sizes_[&function] = kMostNodes;  // recursion counts as endless
    size_t size = 0;
    if (auto* graph = torch::jit::tryToGraphFunction(function))
      size = count(graph->graph()->block());
    return sizes_[&function] = std::min(size, kMostNodes);
  }

 private:
  size_t count(Block* block) {
    size_t size = 0;
    for (Node* node : block->nodes()) {
      ++size;
      if (node->kind() == c10::prim::CallMethod) {
        if (const auto type = node->input(0)->type()->cast<c10::ClassType>())
          if (auto* method = type->findMethod(node->s(c10::attr::name))) size += of(*method);
      } else if (node->kind() == c10::prim::CallFunction) {
        if (const auto type = node->input(0)->type()->cast<c10::FunctionType>())
          size += of(*type->function());
      }
      for (Block* inner : node->blocks()) size += count(inner);
      if (size >= kMostNodes) return kMostNodes;
    }
    return size;
  }
  std::unordered_map<Function*, size_t> sizes_;
};

bool may_hold_tensors(const Value* value) {
  switch (value->type()->kind()) {
    case c10::TypeKind::TensorType:
    case c10::TypeKind::ListType:
    case c10::TypeKind::DictType:
    case c10::TypeKind::TupleType:
    case c10::TypeKind::OptionalType:
    case c10::TypeKind::UnionType:
    case c10::TypeKind::AnyType:
    case c10::TypeKind::ClassType:
      return true;
    default:
      return false;
  }
}

// Whether a list of tensors goes only into operators that take lists whole and return new tensors.
// The analysis knows nothing of single elements, so it would suspect the weights of every recurrent
// net, which scripted modules keep in a list.
bool only_computed_with(const Value* value) {
  static const std::set<c10::Symbol> operators{
      c10::aten::gru, c10::aten::lstm,  c10::aten::rnn_tanh, c10::aten::rnn_relu,
      c10::aten::cat, c10::aten::stack, c10::aten::len};
  if (value->type()->kind() != c10::TypeKind::ListType) return false;
  return std::all_of(value->uses().begin(), value->uses().end(), [](const torch::jit::Use& use) {
    return operators.count(use.user->kind()) > 0;
  });
}

// What one method does with the attributes of the modules it reaches.
class Reader {
 public:
  Reader(const torch::jit::AliasDb& aliases, const Value* self) : aliases_(aliases) {
    modules_[self] = "";
  }

  void read(Block* block) {
    for (Value* input : block->inputs()) note(input);
    for (Node* node : block->nodes()) {
      if (node->kind() == c10::prim::GetAttr) attribute(node);
      // What is stored may be written to by a later call.
      if (node->kind() == c10::prim::SetAttr && may_hold_tensors(node->input(1)))
        suspects_.push_back(node->input(1));
      // Code the analysis cannot see into may do anything with a module it is given.
      if (node->kind() == c10::prim::CallMethod || node->kind() == c10::prim::CallFunction ||
          node->kind() == c10::prim::fork)
        unreadable_ = true;
      for (Value* output : node->outputs()) note(output);
      for (Block* inner : node->blocks()) read(inner);
    }
  }

  void judge(Mutations& found) {
    if (unreadable_ || suspects_.size() * attributes_.size() > kMostQuestions) {
      found.everything = true;
      return;
    }
    for (const auto& [value, path] : attributes_) {
      if (found.paths.count(path)) continue;
      const bool written =
          std::any_of(suspects_.begin(), suspects_.end(),
                      [&, v = value](Value* other) { return aliases_.mayContainAlias(v, other); });
      if (written) found.paths.insert(path);
    }
  }

 private:
  static bool is_module(const Value* value) {
    const auto type = value->type()->cast<c10::ClassType>();
    return type && type->is_module();
  }

  void note(Value* value) {
    if (may_hold_tensors(value) && !is_module(value) && aliases_.hasWriters(value))
      suspects_.push_back(value);
  }

  void attribute(Node* node) {
    const auto owner = modules_.find(node->input(0));
    Value* value = node->output();
    if (owner == modules_.end()) {
      // A module that came another way (through an if, say). Plain objects are copied anyway.
      if (is_module(node->input(0))) unreadable_ = true;
      return;
    }
    const std::string& name = node->s(c10::attr::name);
    const std::string path = owner->second.empty() ? name : owner->second + "." + name;
    if (is_module(value))
      modules_[value] = path;
    else if (may_hold_tensors(value) && !only_computed_with(value))
      attributes_.emplace_back(value, path);
  }

  const torch::jit::AliasDb& aliases_;
  std::unordered_map<const Value*, std::string> modules_;
  std::vector<std::pair<Value*, std::string>> attributes_;
  std::vector<Value*> suspects_;  // written to, or stored
  bool unreadable_ = false;
};

}  // namespace

Mutations find_mutations(const torch::jit::Module& module) {
  Mutations found;
  try {
    Sizes sizes;
    for (const auto& method : module.get_methods()) {
      if (sizes.of(method.function()) >= kMostNodes) found.everything = true;
      if (found.everything) break;
      auto graph = method.graph()->copy();
      torch::jit::Inline(*graph);
      const torch::jit::AliasDb aliases(graph, /*isFrozen=*/true);
      Reader reader(aliases, graph->inputs().at(0));
      reader.read(graph->block());
      reader.judge(found);
    }
  } catch (const std::exception&) {
    found.everything = true;
  }
  return found;
}

}  // namespace nn
