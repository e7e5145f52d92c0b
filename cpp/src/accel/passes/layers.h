// Single convolutions and products of any module, put on operators that take packed weights.
#pragma once

#include <torch/csrc/jit/ir/ir.h>
#include <torch/script.h>

#include <map>
#include <memory>
#include <optional>
#include <set>

#include "inventory.h"
#include "operators.h"
#include "places.h"

namespace nn::accel {

class Layers {
 public:
  Layers(std::shared_ptr<Arena> arena, Precision precision, const Inventory& inventory)
      : arena_(std::move(arena)), precision_(precision), inventory_(inventory) {}

  // One after the other: looks at every method, all calls written out; packs the weights that
  // nothing but such layers uses; changes the nodes.
  void look(torch::jit::Graph& graph, const Object& root);
  void pack();
  void replace();

  int count() const { return count_; }
  // Packed weights by the tensors that they were.
  const std::map<const c10::TensorImpl*, at::Tensor>& packed() const { return packed_; }
  // Tensors whose numbers other code reads.
  const std::set<const c10::TensorImpl*>& read() const { return read_; }

 private:
  using Node = torch::jit::Node;
  using Value = torch::jit::Value;
  struct Use {
    Node* node = nullptr;
    at::Tensor weight;
    PackedWeight::Kind kind = PackedWeight::matrix;
    int groups = 1, stride = 1;
    bool rows_are_outputs = false;  // matrix: [out, in]
    Value* direct = nullptr;        // the attribute, where the node takes a transposed view of it
    bool same_packing(const Use& other) const {
      return kind == other.kind && groups == other.groups && stride == other.stride &&
             rows_are_outputs == other.rows_are_outputs;
    }
  };

  void look(torch::jit::Block* block, Places& places);
  bool candidate(Node* node, const Places& places, Use& use) const;
  std::optional<int64_t> number(const Value* value, const Places& places) const;
  void note_reading(const Value* value, const Places& places);

  std::shared_ptr<Arena> arena_;
  Precision precision_;
  const Inventory& inventory_;
  std::vector<Use> uses_;
  std::set<const c10::TensorImpl*> read_;
  std::map<const c10::TensorImpl*, at::Tensor> packed_;
  int count_ = 0;
};

}  // namespace nn::accel
