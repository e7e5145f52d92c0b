// Writes a method's calls out, but for those of known networks, which become one operator each.
#pragma once

#include <torch/csrc/jit/ir/ir.h>
#include <torch/script.h>

#include <map>
#include <memory>
#include <set>

#include "generators.h"
#include "inventory.h"
#include "operators.h"
#include "places.h"

namespace nn::accel {

class Networks {
 public:
  Networks(std::shared_ptr<Arena> arena, Precision precision, const Inventory& inventory,
           Generators& generators)
      : arena_(std::move(arena)),
        precision_(precision),
        inventory_(inventory),
        generators_(generators) {}

  // whole false: only writes out.
  void expand(torch::jit::Graph& graph, const Object& root, bool whole);

  int count() const { return static_cast<int>(programs_.size()); }
  const std::set<std::string>& caches() const { return caches_; }
  // The attributes whose numbers are packed now.
  const std::set<const c10::TensorImpl*>& packed() const { return packed_; }

 private:
  using Node = torch::jit::Node;
  using Value = torch::jit::Value;
  struct Program {
    at::Tensor constant;
    std::vector<Path> caches;  // from the container on
  };
  using Key = std::pair<const c10::ivalue::Object*, size_t>;

  void expand(torch::jit::Block* block, Places& places, bool whole);
  bool replace(Node* call, const Places::Place& place);
  bool usable(const Object& container, const Part& part, const Layer& layer) const;
  bool separate(const Object& module, const std::vector<Path>& caches) const;
  const Program& program(const Key& key, const std::vector<Layer>& layers, bool channel_major);
  Value* insert(Node* call, Value* x, const Program& program, const Path& place);
  static Value* insert(Node* call, Value* x, const Part& part);
  static Value* follow(Node* before, Value* from, const Path& path);

  std::shared_ptr<Arena> arena_;
  Precision precision_;
  const Inventory& inventory_;
  Generators& generators_;
  std::map<Key, Program> programs_;
  std::set<std::string> caches_;
  std::set<const c10::TensorImpl*> packed_;
};

}  // namespace nn::accel
