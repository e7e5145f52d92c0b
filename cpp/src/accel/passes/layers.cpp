#include "layers.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <optional>

#include "carry.h"

namespace nn::accel {
namespace {

using torch::jit::Node;
using torch::jit::Value;

// Groups beyond this are too thin for products of their own.
constexpr int64_t kMostGroups = 8;

bool is_one(const Value* value) {
  const auto known = torch::jit::toIValue(value);
  return known && known->isScalar() && known->toScalar().toDouble() == 1;
}

std::optional<at::Tensor> tensor(const Value* value, const Places& places) {
  const auto* place = places.attribute(value);
  if (!place) return {};
  const auto attribute = place->object->getAttr(place->path.back());
  if (!attribute.isTensor() || !attribute.toTensor().defined()) return {};
  return attribute.toTensor();
}

// What asks for a shape only.
bool asks_shape(const Node* node) {
  static const std::set<c10::Symbol> kinds{c10::aten::size,  c10::aten::dim,   c10::aten::len,
                                           c10::aten::numel, c10::prim::dtype, c10::prim::device};
  return kinds.count(node->kind()) > 0;
}

}  // namespace

// A number that cannot change: in the code, or an attribute; [n] for n.
std::optional<int64_t> Layers::number(const Value* value, const Places& places) const {
  if (value->node()->kind() == c10::prim::ListConstruct && value->node()->inputs().size() == 1)
    value = value->node()->input(0);
  auto known = torch::jit::toIValue(value);
  if (const auto* place = places.attribute(value);
      place && !inventory_.changes(place->object, place->path.back()))
    known = place->object->getAttr(place->path.back());
  if (known && known->isIntList() && known->toIntVector().size() == 1)
    return known->toIntVector()[0];
  if (known && known->isInt()) return known->toInt();
  return {};
}

void Layers::look(torch::jit::Graph& graph, const Object& root) {
  Places places(graph.inputs().at(0), root);
  look(graph.block(), places);
}

void Layers::look(torch::jit::Block* block, Places& places) {
  for (Node* node : block->nodes()) {
    places.note(node);
    Use use;
    const bool packs = candidate(node, places, use);
    if (packs) uses_.push_back(use);
    const size_t weight_at = node->kind() == c10::aten::addmm ? 2 : 1;
    for (size_t i = 0; i < node->inputs().size(); ++i) {
      const Value* input = node->input(i);
      const bool view = node->kind() == c10::aten::t;
      if ((packs && i == weight_at) || asks_shape(node)) continue;
      // A transposed view counts by what is done with it.
      if (view && std::all_of(node->output()->uses().begin(), node->output()->uses().end(),
                              [&](const torch::jit::Use& by) {
                                Use other;
                                return candidate(by.user, places, other) && other.direct == input;
                              }))
        continue;
      note_reading(input, places);
    }
    for (auto* inner : node->blocks()) look(inner, places);
  }
  for (const Value* output : block->outputs()) note_reading(output, places);
}

void Layers::note_reading(const Value* value, const Places& places) {
  const auto* place = places.attribute(value);
  if (!place) return;
  const std::function<void(const c10::IValue&)> note = [&](const c10::IValue& held) {
    if (held.isTensor() && held.toTensor().defined())
      read_.insert(held.toTensor().unsafeGetTensorImpl());
    else if (held.isList())
      for (const c10::IValue& inner : held.toListRef()) note(inner);
    else if (held.isTuple())
      for (const auto& inner : held.toTupleRef().elements()) note(inner);
    else if (held.isGenericDict())
      for (const auto& item : held.toGenericDict()) note(item.value());
  };
  note(place->object->getAttr(place->path.back()));
}

bool Layers::candidate(Node* node, const Places& places, Use& use) const {
  const auto kind = node->kind();
  use.node = node;
  const auto weight_at = [&](size_t index, int64_t dims) {
    const auto found = tensor(node->input(index), places);
    if (!found || found->dim() != dims || found->scalar_type() != at::kFloat || !found->is_cpu() ||
        found->numel() == 0 || !inventory_.fixed(*found))
      return false;
    use.weight = *found;
    return true;
  };
  if (kind == c10::aten::conv1d && node->inputs().size() == 7) {
    use.kind = PackedWeight::convolution;
    if (node->input(4)->type()->kind() == c10::TypeKind::StringType) return false;
    const auto groups = number(node->input(6), places);
    if (!groups || *groups < 1 || *groups > kMostGroups || !weight_at(1, 3)) return false;
    use.groups = static_cast<int>(*groups);
    return use.weight.size(0) % *groups == 0;
  }
  if (kind == c10::aten::conv_transpose1d && node->inputs().size() == 8) {
    use.kind = PackedWeight::transposed;
    const auto stride = number(node->input(3), places), groups = number(node->input(6), places);
    const auto dilation = number(node->input(7), places);
    const bool sane = stride && *stride >= 1 && *stride <= recognising::kMost;
    if (!sane || groups != 1 || dilation != 1 || !weight_at(1, 3)) return false;
    // The last rows are filled up to a whole stride: not with more than there is.
    if (*stride > 2 * use.weight.size(2)) return false;
    use.stride = static_cast<int>(*stride);
    return true;
  }
  if (kind == c10::aten::linear) {
    use.rows_are_outputs = true;
    return weight_at(1, 2);
  }
  if (kind == c10::aten::addmm &&
      (node->inputs().size() != 5 || !is_one(node->input(3)) || !is_one(node->input(4))))
    return false;
  const bool product =
      kind == c10::aten::addmm || kind == c10::aten::mm || kind == c10::aten::matmul;
  if (!product) return false;
  const size_t at = kind == c10::aten::addmm ? 2 : 1;
  if (weight_at(at, 2)) return true;
  const Node* view = node->input(at)->node();
  if (view->kind() != c10::aten::t) return false;
  const auto found = tensor(view->input(0), places);
  if (!found || found->dim() != 2 || found->scalar_type() != at::kFloat || !found->is_cpu() ||
      found->numel() == 0 || !inventory_.fixed(*found))
    return false;
  use.weight = *found;
  use.direct = view->input(0);
  use.rows_are_outputs = true;
  return true;
}

void Layers::pack() {
  std::map<const c10::TensorImpl*, const Use*> first;
  for (const Use& use : uses_) {
    const auto* key = use.weight.unsafeGetTensorImpl();
    const auto [known, fresh] = first.emplace(key, &use);
    if (!fresh && !known->second->same_packing(use)) read_.insert(key);  // two packings: neither
  }
  for (const Use& use : uses_) {
    const auto* key = use.weight.unsafeGetTensorImpl();
    if (read_.count(key) || packed_.count(key)) continue;
    auto made = std::make_shared<PackedWeight>();
    made->kind = use.kind;
    made->memory = arena_;
    made->stride = use.stride;
    if (use.kind == PackedWeight::convolution)
      made->groups = pack_convolution(*arena_, use.weight, use.groups, precision_);
    else if (use.kind == PackedWeight::transposed)
      made->groups.push_back(pack_transposed(*arena_, use.weight, use.stride, precision_));
    else
      made->groups.push_back(accel::pack(
          *arena_, (use.rows_are_outputs ? use.weight.t() : use.weight).unsqueeze(0), precision_));
    packed_[key] = carry(std::move(made), use.weight.sizes());
  }
}

void Layers::replace() {
  for (const Use& use : uses_) {
    if (!packed_.count(use.weight.unsafeGetTensorImpl())) continue;
    Node* node = use.node;
    const std::string name =
        node->kind() == c10::aten::mm ? "matmul" : std::string(node->kind().toUnqualString());
    auto* graph = node->owningGraph();
    const torch::jit::WithInsertPoint here(node);
    std::vector<Value*> inputs(node->inputs().begin(), node->inputs().end());
    if (use.direct) inputs[node->kind() == c10::aten::addmm ? 2 : 1] = use.direct;
    Node* made =
        graph->insertNode(graph->create(c10::Symbol::fromQualString(kNamespace + name), inputs));
    made->output()->setType(node->output()->type());
    made->setSourceRange(node->sourceRange());
    node->output()->replaceAllUsesWith(made->output());
    node->destroy();
    ++count_;
  }
}

}  // namespace nn::accel
