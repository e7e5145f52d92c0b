#include "generators.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "operators.h"

namespace nn::accel {
namespace {

using namespace recognising;
using at::Tensor;

constexpr const char* kFile = "nn_tilde.mtcrnn.streaming";

struct Layer {
  Tensor weight, bias, scales;

  Dense dense() const {
    return {weight.const_data_ptr<float>(), bias.const_data_ptr<float>(),
            scales.numel() ? scales.const_data_ptr<float>() : nullptr,
            static_cast<int>(weight.size(1)), static_cast<int>(weight.size(0))};
  }
};

struct Cell {
  Layer input, hidden;
  int source = -1;
};

struct End {
  Layer layer;
  int source = 0;
  bool flag = false;  // an entry's relu, a head's tanh
};

// What a module of the kind says about itself.
struct Parts {
  Draw draw;
  int given = 0;
  std::vector<End> entries, heads;
  std::vector<Cell> cells;
};

void expect(bool fits) {
  if (!fits) throw std::invalid_argument("a generator that is none");
}

Layer layer(const Object& module, const std::string& suffix) {
  const auto weight = tensor(module, ("weight" + suffix).c_str());
  const auto bias = tensor(module, ("bias" + suffix).c_str());
  const auto scales = tensor(module, ("scales" + suffix).c_str());
  expect(weight && bias && scales && weight->dim() == 2 && weight->numel() > 0);
  expect(bias->numel() == weight->size(0));
  expect(scales->numel() == 0 || scales->numel() == weight->size(0));
  return {weight->contiguous(), bias->contiguous(), scales->contiguous()};
}

int number(const Object& module, const char* name) {
  const auto found = whole(module, name);
  expect(found.has_value());
  return static_cast<int>(*found);
}

bool flag(const Object& module, const char* name) {
  const auto found = get(module, name);
  expect(found.isBool());
  return found.toBool();
}

std::vector<Object> list(const Object& module, const char* name) {
  const auto inside = child(module, name);
  expect(inside.has_value());
  std::vector<Object> all;
  for (const auto& part : children(*inside, {})) all.push_back(part.module);
  return all;
}

Parts read(const Object& module) {
  Parts parts;
  expect(number(module, "version") == 1);
  const auto how = get(module, "draw");
  expect(how.isIntList() && how.toIntVector().size() == 4);
  const auto numbers = how.toIntVector();
  expect(numbers[0] >= 0 && numbers[0] <= 2);
  for (const int64_t each : numbers) expect(each >= 0 && each <= 1 << 20);
  parts.draw = {static_cast<Draw::Kind>(numbers[0]), static_cast<int>(numbers[1]),
                static_cast<int>(numbers[2]), numbers[3] != 0};
  parts.given = number(module, "given");
  expect(parts.given <= 1 << 20);
  for (const auto& each : list(module, "entries"))
    parts.entries.push_back({layer(each, ""), 0, flag(each, "relu")});
  for (const auto& each : list(module, "cells")) {
    expect(kind(each) == "GRUCell");
    parts.cells.push_back({layer(each, "_ih"), layer(each, "_hh"), number(each, "source")});
  }
  for (const auto& each : list(module, "heads"))
    parts.heads.push_back({layer(each, ""), number(each, "source"), flag(each, "tanh")});
  return parts;
}

std::shared_ptr<Recurrent> build(const Parts& parts, Precision precision) {
  size_t room = 0;
  const auto count = [&](const Layer& one) {
    room +=
        Matrix::room(static_cast<int>(one.weight.size(1)), static_cast<int>(one.weight.size(0))) +
        64;
  };
  for (const End& e : parts.entries) count(e.layer);
  for (const Cell& c : parts.cells) count(c.input), count(c.hidden);
  for (const End& h : parts.heads) count(h.layer);
  auto made = std::make_shared<Recurrent>(std::make_shared<Arena>(room), precision, parts.draw,
                                          parts.given);
  for (const End& e : parts.entries) made->entry(e.layer.dense(), e.flag);
  for (const Cell& c : parts.cells) made->cell(c.input.dense(), c.hidden.dense(), c.source);
  for (const End& h : parts.heads) made->head(h.layer.dense(), h.source, h.flag);
  made->finish();
  return made;
}

Tensor product(const Layer& l, const Tensor& x) { return at::linear(x, l.weight, l.bias); }

// Some steps by torch's own operators and by ours, on the same random rows.
bool agrees(const Parts& parts, const Recurrent& made, Precision precision) {
  constexpr int kSteps = 4;
  const double most = precision == Precision::exact  ? 1e-3
                      : precision == Precision::half ? 0.05
                                                     : 0.5;
  auto h = at::zeros({1, made.cells(), made.width()}), state = h.clone();
  auto y = at::empty({1, made.draw_of().outputs()});
  Workspace workspace;
  for (int t = 0; t < kSteps; ++t) {
    // Any numbers will do, as long as no generator is touched for them.
    const auto x =
        at::arange(made.inputs(), at::kFloat).mul(1.7 + t).sin().unsqueeze(0).contiguous();
    Tensor entered = x;
    for (const End& e : parts.entries) {
      entered = product(e.layer, entered);
      if (e.flag) entered = at::relu(entered);
    }
    for (size_t i = 0; i < parts.cells.size(); ++i) {
      const Cell& c = parts.cells[i];
      auto mine = state.select(1, static_cast<int64_t>(i));
      mine.copy_(at::gru_cell(c.source < 0 ? entered : state.select(1, c.source), mine,
                              c.input.weight, c.hidden.weight, c.input.bias, c.hidden.bias));
    }
    std::vector<Tensor> ends;
    for (const End& e : parts.heads) {
      const auto from = state.select(1, e.source);
      ends.push_back(product(e.layer, e.flag ? at::tanh(from) : from));
    }
    const auto wanted = at::cat(ends, 1);
    made.outputs(h.mutable_data_ptr<float>(), x.const_data_ptr<float>(), 1,
                 y.mutable_data_ptr<float>(), workspace);
    const double apart = (wanted - y).abs().max().item<double>();
    const double peak = std::max(1.0, wanted.abs().max().item<double>());
    if (!(apart <= most * peak)) return false;  // nor what is no number
  }
  return true;
}

void collect(const Layer& layer, std::set<const c10::TensorImpl*>& all, const Object& module,
             const std::string& suffix) {
  // The attribute itself, not a contiguous copy of it.
  if (const auto weight = tensor(module, ("weight" + suffix).c_str());
      weight && weight->sizes() == layer.weight.sizes())
    all.insert(weight->unsafeGetTensorImpl());
}

}  // namespace

int Generators::count() const {
  return static_cast<int>(std::count_if(programs_.begin(), programs_.end(),
                                        [](const auto& item) { return item.second.defined(); }));
}

const Tensor* Generators::program(const Object& module) {
  if (const auto known = programs_.find(module.get()); known != programs_.end())
    return known->second.defined() ? &known->second : nullptr;
  Tensor& made = programs_[module.get()];
  const auto hidden = tensor(module, "hidden"), heard = tensor(module, "made");
  if (!hidden || !heard || !inventory_.single(*hidden) || !inventory_.single(*heard))
    return nullptr;
  if (!inventory_.constant(module, {hidden->unsafeGetTensorImpl(), heard->unsafeGetTensorImpl()}))
    return nullptr;
  try {
    const auto parts = read(module);
    auto recurrent = build(parts, precision_);
    if (!agrees(parts, *recurrent, precision_)) return nullptr;
    const auto cells = list(module, "cells");
    for (size_t i = 0; i < cells.size(); ++i) {
      collect(parts.cells[i].input, packed_, cells[i], "_ih");
      collect(parts.cells[i].hidden, packed_, cells[i], "_hh");
    }
    made = program_tensor(std::move(recurrent));
  } catch (const std::invalid_argument&) {
    return nullptr;
  }
  return &made;
}

bool Generators::replace(torch::jit::Node* call, const Places::Place& place) {
  const auto name = qualified(place.object);
  if (name.find(kFile) == std::string::npos || kind(place.object) != "Generator") return false;
  const auto* made = program(place.object);
  if (!made) return false;
  for (const char* state : {"hidden", "made"}) state_.insert(dotted(below(place.path, state)));
  auto* graph = call->owningGraph();
  const torch::jit::WithInsertPoint here(call);
  auto* hidden = graph->insertGetAttr(call->input(0), "hidden");
  auto* heard = graph->insertGetAttr(call->input(0), "made");
  const auto symbol = c10::Symbol::fromQualString(std::string(kNamespace) + "generate");
  auto* node =
      graph->insertNode(graph->create(symbol, {hidden, heard, call->input(1), call->input(2),
                                               call->input(3), graph->insertConstant(*made)}));
  node->output()->setType(c10::TensorType::get());
  call->output()->replaceAllUsesWith(node->output());
  call->destroy();
  return true;
}

}  // namespace nn::accel
