// Chains of signals, and what the API says of sound.
#include <algorithm>

#include "graph.h"

namespace max_kernel {

namespace {

struct Source {
  int channels;
  bool multichannel;
};

struct SignalCord {
  Object* from;  // null: a source
  int source, outlet;
  Object* to;
  int inlet;
};

}  // namespace

struct Chain::State {
  std::vector<Source> sources;
  std::vector<Object*> objects;
  std::vector<SignalCord> cords;
  std::map<const Object*, int> compiled;
  SignalSettings settings;
  std::recursive_mutex run;  // held for a vector; of `current`
  std::unique_ptr<Graph> current;

  std::unique_ptr<Graph> lay_out() const;
};

namespace {

struct Sound {
  std::mutex mutex;  // of chains
  std::vector<std::shared_ptr<Chain::State>> chains;
  std::atomic<int> running{0};
  std::atomic<double> sample_rate{48000};
  std::atomic<int> vector_size{64};
};

Sound& sound() {
  static auto* const s = new Sound;
  return *s;
}

std::vector<std::shared_ptr<Chain::State>> chains() {
  std::lock_guard lock(sound().mutex);
  return sound().chains;
}

bool is_signal(const std::string& type) { return type == "signal" || type == "multichannelsignal"; }

void tell_state(const std::vector<Object*>& objects, long on) {
  for (auto* object : objects)
    if (const auto m = object_getmethod(object, gensym("dspstate")))
      reinterpret_cast<void (*)(void*, long)>(reinterpret_cast<void*>(m))(object, on);
}

Node node_of(Object* object) {
  Node node;
  node.object = object;
  node.name = class_of(object);
  int inlet = 0;
  for (; is_signal(inlet_type(object, inlet)); ++inlet) {
  }
  node.feeds.resize(size_t(inlet));
  node.all_channels = inlet && inlet_type(object, 0) == "multichannelsignal";
  for (int i = 0; i < outlets(object); ++i) {
    if (!is_signal(outlet_type(object, i))) continue;
    node.outlets.push_back(i);
    node.outlet_multichannel.push_back(outlet_type(object, i) == "multichannelsignal");
  }
  node.outlet_connected.resize(node.outlets.size());
  return node;
}

Node node_of(const Source& source) {
  Node node;
  node.source = true;
  node.name = "source";
  node.outlets = {0};
  node.outlet_multichannel = {source.multichannel};
  node.outlet_connected = {true};
  node.out_channels = {source.multichannel ? source.channels : 1};
  return node;
}

}  // namespace

// Sources, then each object whose inputs are all there. Null for a loop.
std::unique_ptr<Chain::Graph> Chain::State::lay_out() const {
  auto graph = std::make_unique<Graph>();
  for (const auto& source : sources) graph->nodes.push_back(node_of(source));
  auto waiting = objects;
  std::map<const Object*, int> place;
  while (!waiting.empty()) {
    const auto ready = std::find_if(waiting.begin(), waiting.end(), [&](Object* object) {
      return std::all_of(cords.begin(), cords.end(), [&](const SignalCord& c) {
        return c.to != object || !c.from || place.count(c.from);
      });
    });
    if (ready == waiting.end()) return nullptr;
    place[*ready] = int(graph->nodes.size());
    graph->nodes.push_back(node_of(*ready));
    waiting.erase(ready);
  }
  for (const auto& c : cords) {
    const int from = c.from ? place[c.from] : c.source;
    auto& sender = graph->nodes[size_t(from)];
    const auto outlet = std::find(sender.outlets.begin(), sender.outlets.end(), c.outlet);
    auto& node = graph->nodes[size_t(place[c.to])];
    if (outlet == sender.outlets.end() || c.inlet >= int(node.feeds.size())) continue;
    const int index = int(outlet - sender.outlets.begin());
    sender.outlet_connected[size_t(index)] = true;
    node.feeds[size_t(c.inlet)].push_back({from, index});
  }
  return graph;
}

Chain::Chain() : state_(std::make_shared<State>()) {
  std::lock_guard lock(sound().mutex);
  sound().chains.push_back(state_);
}

Chain::~Chain() {
  off();
  std::lock_guard lock(sound().mutex);
  std::erase(sound().chains, state_);
}

int Chain::add_source(int channels, bool multichannel) {
  state_->sources.push_back({channels, multichannel});
  return int(state_->sources.size()) - 1;
}

void Chain::set_source_channels(int source, int channels) {
  state_->sources[size_t(source)].channels = channels;
}

void Chain::add(Object* object) {
  if (!record_of(object, "Chain::add")) return;
  auto& all = state_->objects;
  if (std::find(all.begin(), all.end(), object) == all.end()) all.push_back(object);
}

void Chain::remove(Object* object) {
  std::erase(state_->objects, object);
  std::erase_if(state_->cords,
                [&](const SignalCord& c) { return c.from == object || c.to == object; });
}

bool Chain::connect(int source, Object* to, int inlet) {
  if (!is_signal(inlet_type(to, inlet))) {
    print(Line::error, to, "can't connect signal outlet to non-signal inlet");
    return false;
  }
  add(to);
  state_->cords.push_back({nullptr, source, 0, to, inlet});
  return true;
}

bool Chain::connect(Object* from, int outlet, Object* to, int inlet) {
  if (!is_signal(outlet_type(from, outlet)) || !is_signal(inlet_type(to, inlet))) {
    print(Line::error, to, "can't connect signal outlet to non-signal inlet");
    return false;
  }
  add(from);
  add(to);
  state_->cords.push_back({from, -1, outlet, to, inlet});
  return true;
}

void Chain::disconnect(Object* from, int outlet, Object* to, int inlet) {
  std::erase_if(state_->cords, [&](const SignalCord& c) {
    return c.from == from && c.outlet == outlet && c.to == to && c.inlet == inlet;
  });
}

bool Chain::compile(const SignalSettings& settings) {
  auto& s = *state_;
  s.settings = settings;
  auto graph = s.lay_out();
  if (!graph) {
    print(Line::error, nullptr, "signal loop");
    off();
    return false;
  }
  graph->settings = settings;
  auto& all = sound();
  all.sample_rate = settings.sample_rate;
  all.vector_size = settings.vector_size;
  std::unique_ptr<Graph> old;  // ends after the lock
  std::unique_lock lock(s.run, std::defer_lock);
  if (!settings.compile_while_running) lock.lock();
  const bool was_on = s.current != nullptr;
  if (!was_on) ++all.running;
  for (const auto& node : graph->nodes)
    if (node.object) ++s.compiled[node.object];
  graph->compile();
  if (!lock) lock.lock();
  old = std::exchange(s.current, std::move(graph));
  lock.unlock();
  if (!was_on) tell_state(s.objects, 1);
  return true;
}

bool Chain::process(const std::vector<std::vector<double>>& channels) {
  const AudioScope scope;
  std::lock_guard lock(state_->run);
  if (!state_->current) return false;
  state_->current->process(channels);
  return true;
}

void Chain::off() {
  std::unique_ptr<Graph> old;
  {
    std::lock_guard lock(state_->run);
    old = std::exchange(state_->current, nullptr);
  }
  if (!old) return;
  --sound().running;
  tell_state(state_->objects, 0);
}

const SignalSettings& Chain::settings() const { return state_->settings; }

std::vector<std::vector<double>> Chain::output(Object* object, int outlet) const {
  std::lock_guard lock(state_->run);
  auto* const node = state_->current ? state_->current->find(object) : nullptr;
  if (!node) return {};
  const auto found = std::find(node->outlets.begin(), node->outlets.end(), outlet);
  if (found == node->outlets.end()) return {};
  const int index = int(found - node->outlets.begin());
  const int first = state_->current->channels_before(*node, index);
  std::vector<std::vector<double>> channels;
  for (int c = 0; c < node->out_channels[size_t(index)]; ++c) {
    const double* const out = node->outs[size_t(first + c)];
    channels.emplace_back(out, out + state_->current->settings.vector_size);
  }
  return channels;
}

int Chain::output_channels(Object* object, int outlet) const {
  return int(output(object, outlet).size());
}

int Chain::compiled_times(Object* object) const {
  const auto found = state_->compiled.find(object);
  return found == state_->compiled.end() ? 0 : found->second;
}

bool Chain::performs(Object* object) const {
  std::lock_guard lock(state_->run);
  const auto* node = state_->current ? state_->current->find(object) : nullptr;
  return node && !node->performs.empty();
}

bool remove_from_graphs(Object* object) {
  bool found = false;
  for (const auto& state : chains()) {
    const auto known = std::erase(state->objects, object);
    std::erase_if(state->cords,
                  [&](const SignalCord& c) { return c.from == object || c.to == object; });
    std::lock_guard lock(state->run);
    auto* const node = state->current ? state->current->find(object) : nullptr;
    found = found || known || (node && !node->performs.empty());
    if (node) node->performs.clear();
    if (node) node->object = nullptr;
  }
  return found;
}

void close_chains() {
  for (const auto& state : chains()) {
    std::unique_ptr<Chain::Graph> old;
    {
      std::lock_guard lock(state->run);
      old = std::exchange(state->current, nullptr);
    }
    if (old) --sound().running;
    state->objects.clear();
    state->cords.clear();
  }
}

}  // namespace max_kernel

using namespace max_kernel;

extern "C" {

void z_dsp_setup(t_pxobject* x, long nsignals) {
  const auto record = record_of(x, "dsp_setup");
  if (!record) return;
  if (!record->type->dsp) violate("dsp-add", "dsp_setup of a class without class_dspinit");
  {
    std::lock_guard lock(record->mutex);
    record->signal_inlets = int(nsignals);
  }
  x->z_count = short(nsignals);
  for (long id = nsignals - 1; id > 0; --id) {
    auto* const proxy = proxy_new(x, id, &x->z_in);
    std::lock_guard lock(record->mutex);
    record->signal_proxies.push_back(proxy);
  }
}

void z_dsp_free(t_pxobject* x) {
  const auto record = record_of(x, "dsp_free");
  if (!record) return;
  remove_from_graphs(record->object);
  std::vector<void*> proxies;
  {
    std::lock_guard lock(record->mutex);
    proxies.swap(record->signal_proxies);
  }
  for (auto* proxy : proxies) object_free(proxy);
}

float sys_getsr(void) { return float(sound().sample_rate); }
int sys_getblksize(void) { return sound().vector_size; }
int sys_getmaxblksize(void) { return sound().vector_size; }
long sys_getdspstate(void) { return sound().running > 0; }

long sys_getdspobjdspstate(t_object* o) {
  for (const auto& state : chains()) {
    std::lock_guard lock(state->run);
    if (state->current && state->current->find(o)) return 1;
  }
  return 0;
}
}
