#include "networks.h"

#include <torch/csrc/jit/api/function_impl.h>

#include <algorithm>

namespace nn::accel {
namespace {

void collect(const Layer& layer, std::set<const c10::TensorImpl*>& packed) {
  for (const auto& tensor : layer.packed) packed.insert(tensor.unsafeGetTensorImpl());
  for (const auto& inner : layer.inner) collect(inner, packed);
}

// Whether there is a convolution in it: without, nothing would be gained.
bool multiplies(const Layer& layer) {
  return !layer.weights.empty() || std::any_of(layer.inner.begin(), layer.inner.end(), multiplies);
}

}  // namespace

void Networks::expand(torch::jit::Graph& graph, const Object& root, bool whole) {
  Places places(graph.inputs().at(0), root);
  expand(graph.block(), places, whole);
}

void Networks::expand(torch::jit::Block* block, Places& places, bool whole) {
  for (Node* node = block->param_node()->next(); node != block->return_node();) {
    places.note(node);
    const Places::Place* place = nullptr;
    if (node->kind() == c10::prim::CallMethod) place = places.module(node->input(0));
    if (!place) {
      for (auto* inner : node->blocks()) expand(inner, places, whole);
      node = node->next();
      continue;
    }
    Node* before = node->prev();
    const auto& name = node->s(c10::attr::name);
    const size_t given = whole && name == "forward" ? node->inputs().size() : 0;
    const bool replaced = given == 2   ? replace(node, *place)
                          : given == 4 ? generators_.replace(node, *place)
                                       : false;
    if (!replaced) {
      auto* method = place->object->type()->findMethod(name);
      auto* function = method ? torch::jit::tryToGraphFunction(*method) : nullptr;
      if (!function) {
        node = node->next();
        continue;
      }
      // The graph as it was written: by default that with everything below written out is taken.
      torch::jit::inlineCallTo(node, function, function->graph().get());
    }
    node = before->next();  // what it was replaced by is looked at as well
  }
}

// The part's numbers are taken along: none may change later but its caches.
bool Networks::usable(const Object& container, const Part& part, const Layer& layer) const {
  std::vector<Path> caches;
  find_caches(layer, caches);
  std::set<const c10::TensorImpl*> state;
  for (const Path& path : caches)
    if (const auto cache = resolve(container, path)) state.insert(cache->unsafeGetTensorImpl());
  return one_order(layer) && inventory_.constant(part.module, state);
}

// A network reads all its caches before it writes any: each must be there once.
bool Networks::separate(const Object& module, const std::vector<Path>& caches) const {
  std::set<const c10::TensorImpl*> known;
  return std::all_of(caches.begin(), caches.end(), [&](const Path& path) {
    const auto cache = resolve(module, path);
    return cache && (cache->numel() == 0 || (inventory_.single(*cache) &&
                                             known.insert(cache->unsafeGetTensorImpl()).second));
  });
}

// A call of a layer that is known, or of a chain of which some are: as few networks as possible,
// and calls of what lies between.
bool Networks::replace(Node* call, const Places::Place& place) {
  std::vector<Part> inside;
  if (auto layer = recognise(place.object, {});
      layer && usable(place.object, {place.object, {}}, *layer) && multiplies(*layer))
    inside.push_back({place.object, {}});
  else if (auto found = parts(place.object, {}))
    inside = std::move(*found);
  else
    return false;

  // Neighbours that are known become one network; a lone activation is not worth one.
  std::vector<std::optional<Layer>> known;
  for (const auto& part : inside) {
    known.push_back(recognise(part.module, part.at));
    if (known.back() && !usable(place.object, part, *known.back())) known.back().reset();
  }
  std::vector<Path> caches;
  for (const auto& layer : known)
    if (layer) find_caches(*layer, caches);
  if (!separate(place.object, caches)) return false;
  if (std::none_of(known.begin(), known.end(), [](const auto& k) { return k && multiplies(*k); }))
    return false;

  const torch::jit::WithInsertPoint here(call);
  Value* current = call->input(1);
  for (size_t i = 0; i < inside.size();) {
    std::vector<Layer> layers;
    std::optional<bool> order;
    size_t end = i;
    for (; end < inside.size() && known[end]; ++end) {
      const auto wanted = channel_major(*known[end]);
      if (order && wanted && *order != *wanted) break;
      if (!order) order = wanted;
      layers.push_back(*known[end]);
    }
    if (std::any_of(layers.begin(), layers.end(), multiplies)) {
      const auto& made = program({place.object.get(), i}, layers, order.value_or(false));
      current = insert(call, current, made, place.path);
      i = end;
    } else {
      for (const size_t stop = std::max(end, i + 1); i < stop; ++i)
        current = insert(call, current, inside[i]);
    }
  }
  call->output()->replaceAllUsesWith(current);
  call->destroy();
  return true;
}

Networks::Value* Networks::insert(Node* call, Value* x, const Program& program, const Path& place) {
  auto* graph = call->owningGraph();
  std::vector<Value*> caches;
  for (const Path& path : program.caches) {
    caches.push_back(follow(call, call->input(0), path));
    Path whole = place;
    whole.insert(whole.end(), path.begin(), path.end());
    caches_.insert(dotted(whole));
  }
  Value* list = graph->insertNode(graph->createList(c10::TensorType::get(), caches))->output();
  const auto symbol = c10::Symbol::fromQualString(std::string(kNamespace) + "network");
  Node* made =
      graph->insertNode(graph->create(symbol, {x, list, graph->insertConstant(program.constant)}));
  made->output()->setType(c10::TensorType::get());
  return made->output();
}

// A call of a part as it is.
Networks::Value* Networks::insert(Node* call, Value* x, const Part& part) {
  Value* module = follow(call, call->input(0), part.at);
  auto* graph = call->owningGraph();
  Node* made = graph->insertNode(graph->create(c10::prim::CallMethod, {module, x}));
  made->s_(c10::attr::name, "forward");
  made->output()->setType(c10::TensorType::get());
  return made->output();
}

const Networks::Program& Networks::program(const Key& key, const std::vector<Layer>& layers,
                                           bool channel_major) {
  if (const auto known = programs_.find(key); known != programs_.end()) return known->second;
  auto made = std::make_shared<NetworkProgram>();
  made->channel_major = channel_major;
  made->memory = arena_;
  int channels = 0;
  for (const Layer& layer : layers)
    if (channels == 0) channels = inputs(layer);
  Program program;
  View view = made->network.input(channels);
  for (const Layer& layer : layers) {
    view = append(made->network, view, layer, *arena_, precision_, program.caches);
    collect(layer, packed_);
  }
  made->network.finish(view, channel_major);
  program.constant = program_tensor(std::move(made));
  return programs_[key] = std::move(program);
}

Networks::Value* Networks::follow(Node* before, Value* from, const Path& path) {
  const torch::jit::WithInsertPoint here(before);
  for (const auto& name : path) from = before->owningGraph()->insertGetAttr(from, name);
  return from;
}

}  // namespace nn::accel
