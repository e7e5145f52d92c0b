#include "graph.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

namespace max_kernel {

namespace {

std::atomic<void (*)()> before_perform{nullptr}, after_perform{nullptr};

template <class F>
F method_of(Object* object, const char* name) {
  const auto m = object_getmethod(object, gensym(name));
  return reinterpret_cast<F>(reinterpret_cast<void*>(m));
}

bool has_nan(const double* p, int count) {
  return std::any_of(p, p + count, [](double v) { return std::isnan(v); });
}

}  // namespace

Chain::Graph::Graph() : dsp(std::make_shared<Dsp>()) {
  dsp->graph = this;
  add_live(dsp.get(), Kind::dsp, dsp);
}

Chain::Graph::~Graph() { mark_freed(dsp.get(), "dsp"); }

Node* Chain::Graph::find(const Object* object) {
  for (auto& node : nodes)
    if (object && node.object == object) return &node;
  return nullptr;
}

int Chain::Graph::channels_before(const Node& node, int outlet) const {
  int before = 0;
  for (int i = 0; i < outlet; ++i) before += node.out_channels[size_t(i)];
  return before;
}

// First every inlet, then every outlet: as an object that adapts to its inputs expects it.
void Chain::Graph::count_channels(Node& node) {
  node.in_channels.clear();
  for (const auto& feeds : node.feeds) {
    int count = 1;
    for (const auto& feed : feeds)
      count = std::max(count, nodes[size_t(feed.node)].out_channels[size_t(feed.outlet)]);
    node.in_channels.push_back(node.all_channels ? count : 1);
    const int index = int(node.in_channels.size()) - 1;
    if (const auto changed = method_of<long (*)(void*, long, long)>(node.object, "inputchanged"))
      changed(node.object, index, count);
  }
  const auto channels = method_of<long (*)(void*, long)>(node.object, "multichanneloutputs");
  node.out_channels.assign(node.outlets.size(), 1);
  for (size_t i = 0; i < node.outlets.size(); ++i) {
    if (!node.outlet_multichannel[i] || !channels) continue;
    const long count = channels(node.object, node.outlets[i]);
    if (count < 1 || count > most_channels)
      violate("channels", node.name + ": multichanneloutputs says " + std::to_string(count));
    node.out_channels[i] = int(std::clamp<long>(count, 1, most_channels));
  }
}

void Chain::Graph::give_memory(Node& node) {
  size_t inputs = 0, outputs = 0;
  for (const int count : node.in_channels) inputs += size_t(count);
  for (const int count : node.out_channels) outputs += size_t(count);
  node.memory.assign(inputs + outputs, std::vector<double>(size_t(settings.vector_size)));
  for (size_t i = 0; i < inputs; ++i) node.ins.push_back(node.memory[i].data());
  for (size_t i = 0; i < outputs; ++i) node.outs.push_back(node.memory[inputs + i].data());
  node.shared.assign(outputs, false);
  if (!node.object || settings.in_place == SignalSettings::apart) return;
  if (reinterpret_cast<t_pxobject*>(node.object)->z_misc & Z_NO_INPLACE) return;
  for (size_t i = 0; i < std::min(inputs, outputs); ++i) {
    const bool crossed = settings.in_place == SignalSettings::crossed;
    node.outs[i] = node.ins[crossed ? inputs - 1 - i : i];
    node.shared[i] = true;
  }
}

void Chain::Graph::compile() {
  for (auto& node : nodes) {
    if (node.object) count_channels(node);
    give_memory(node);
  }
  using Dsp64 = void (*)(void*, t_object*, short*, double, long, long);
  for (auto& node : nodes) {
    if (!node.object) continue;
    std::vector<short> count;
    for (const auto& feeds : node.feeds) count.push_back(!feeds.empty());
    for (const bool connected : node.outlet_connected) count.push_back(connected);
    count.push_back(0);
    if (const auto dsp64 = method_of<Dsp64>(node.object, "dsp64"))
      dsp64(node.object, dsp.get(), count.data(), settings.sample_rate, settings.vector_size, 0);
  }
  compiling = false;
}

// The sum of what comes, channel by channel.
void Chain::Graph::gather(Node& node) {
  size_t channel = 0;
  const size_t frames = size_t(settings.vector_size);
  for (size_t inlet = 0; inlet < node.feeds.size(); ++inlet)
    for (int c = 0; c < node.in_channels[inlet]; ++c, ++channel) {
      double* const in = node.ins[channel];
      std::fill_n(in, frames, 0.0);
      for (const auto& feed : node.feeds[inlet]) {
        const auto& from = nodes[size_t(feed.node)];
        if (c >= from.out_channels[size_t(feed.outlet)]) continue;
        const double* const out = from.outs[size_t(channels_before(from, feed.outlet) + c)];
        for (size_t i = 0; i < frames; ++i) in[i] += out[i];
      }
    }
}

void watch_performs(void (*before)(), void (*after)()) {
  before_perform = before;
  after_perform = after;
}

void Chain::Graph::run(Node& node) {
  const int frames = settings.vector_size;
  const bool mute = !node.object || node.performs.empty() ||
                    reinterpret_cast<t_pxobject*>(node.object)->z_disabled;
  bool clean = true;
  for (const auto* in : node.ins) clean = clean && !has_nan(in, frames);
  for (size_t i = 0; i < node.outs.size(); ++i)
    if (mute)
      std::fill_n(node.outs[i], frames, 0.0);
    else if (!node.shared[i] && settings.poison)
      std::fill_n(node.outs[i], frames, std::numeric_limits<double>::quiet_NaN());
  if (mute) return;
  for (const auto& p : node.performs) {
    if (auto* const before = before_perform.load()) before();
    p.routine(node.object, dsp.get(), node.ins.data(), long(node.ins.size()), node.outs.data(),
              long(node.outs.size()), frames, p.flags, p.user);
    if (auto* const after = after_perform.load()) after();
  }
  if (!clean || node.reported || !settings.poison) return;
  for (size_t i = 0; i < node.outs.size(); ++i)
    if (has_nan(node.outs[i], frames)) {
      violate("not-a-number", node.name + ": output channel " + std::to_string(i));
      node.reported = true;
      return;
    }
}

void Chain::Graph::process(const std::vector<std::vector<double>>& channels) {
  size_t next = 0;
  for (auto& node : nodes) {
    if (!node.source) {
      gather(node);
      run(node);
      continue;
    }
    for (auto* out : node.outs) {
      std::fill_n(out, settings.vector_size, 0.0);
      if (next < channels.size())
        std::copy_n(channels[next].begin(),
                    std::min(channels[next].size(), size_t(settings.vector_size)), out);
      ++next;
    }
  }
}

void* dsp_message(Object* object, t_symbol* selector, void** p) {
  const auto dsp = std::static_pointer_cast<Dsp>(owner_of(object, Kind::dsp, selector->s_name));
  if (!dsp) return nullptr;
  auto* const node = dsp->graph->find(static_cast<Object*>(p[0]));
  const std::string s = selector->s_name;
  if (!node || !dsp->graph->compiling) {
    violate("dsp-add", s + (node ? " after dsp64" : " of an object that is not in the chain"));
    return nullptr;
  }
  if (s == "dsp_add64") {
    node->performs.push_back(
        {reinterpret_cast<t_perfroutine64>(p[1]), long(reinterpret_cast<intptr_t>(p[2])), p[3]});
    return nullptr;
  }
  const auto index = size_t(reinterpret_cast<uintptr_t>(p[1]));
  const auto& counts = s == "getnumoutputchannels" ? node->out_channels : node->in_channels;
  if ((s != "getnuminputchannels" && s != "getnumoutputchannels") || index >= counts.size()) {
    print(Line::error, node->object, "dsp64: bad " + s);
    return nullptr;
  }
  return reinterpret_cast<void*>(uintptr_t(counts[index]));
}

}  // namespace max_kernel
