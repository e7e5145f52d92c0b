// nn~: what it tells, on the console and from its dump outlet.
#include "nn.h"
#include "nn/error.h"

namespace maxmsp {
namespace {

t_atom number(int64_t n) { return atom(n); }

template <typename Items>
Atoms names_of(const Items& items) {
  Atoms names;
  for (const auto& item : items) names.push_back(atom(item.name));
  return names;
}

template <typename Items>
std::string listed(const Items& items) {
  std::string all;
  for (const auto& item : items) all += item.name + "; ";
  return all;
}

}  // namespace

// For patches: the messages and their order are those of Pd's nn~.
void Nn::report() {
  const auto loaded = host_->model();
  say("loaded", {number(loaded ? 1 : 0)});
  if (!loaded) return;
  const nn::Contract& contract = loaded->contract();
  const nn::Method m = method();
  say("enabled", {number(enabled_)});
  say("gpu", {number(loaded->device() == "cpu" ? 0 : 1)});
  say("model", {atom(text_of(loaded->path()))});
  say("methods", names_of(contract.methods));
  say("method", {atom(m.name)});
  say("attributes", names_of(contract.attributes));
  say("bufsize", {number(host_->block())});
  say("dim", {number(m.in_channels), number(m.out_channels)});
  say("ratio", {number(m.in_ratio), number(m.out_ratio)});
}

void Nn::report_methods() {
  const auto loaded = model();
  for (const auto& m : loaded->contract().methods) notice(m.name);
  say("methods", names_of(loaded->contract().methods));
}

void Nn::report_attributes() {
  const auto loaded = model();
  for (const auto& attribute : loaded->contract().attributes) notice(attribute.name);
  say("attributes", names_of(loaded->contract().attributes));
}

void Nn::report_latency() {
  model();
  const int64_t samples = host_->latency();
  const double ms = 1000 * static_cast<double>(samples) / host_->options().sample_rate;
  notice("latency: " + std::to_string(samples) + " samples, " + text_of(atom(ms)) + " ms");
  say("latency", {number(samples), atom(ms)});
}

void Nn::report_stats() {
  const nn::Stats s = host_->stats(true);
  std::string line = "stats:";
  const auto one = [&](const char* name, const t_atom& value) {
    line += std::string(" ") + name + " " + text_of(value);
    say("stats", {atom(std::string(name)), value});
  };
  one("blocks", number(s.blocks));
  one("misses", number(s.misses));
  one("dropped", number(s.dropped));
  one("errors", number(s.errors));
  one("waits", number(s.waits));
  one("load_mean", atom(s.load_mean));
  one("load_peak", atom(s.load_peak));
  notice(line);
}

// Everything there is to know: for a patch from the outlet, for a reader on the console.
void Nn::dump() {
  const auto loaded = model();
  const nn::Contract& contract = loaded->contract();
  report();
  for (const auto& m : contract.methods)
    say("method_params", {atom(m.name), number(m.in_channels), number(m.in_ratio),
                          number(m.out_channels), number(m.out_ratio)});
  for (const auto& attribute : contract.attributes) {
    Atoms types{atom(attribute.name)};
    for (const auto type : attribute.types) types.push_back(atom(std::string(nn::name_of(type))));
    say("attribute_type", types);
  }
  const nn::HostOptions options = host_->options();
  const auto precision = std::string(nn::name_of(options.precision));
  say("accelerate", {number(loaded->accelerated())});
  say("precision", {atom(precision)});

  const nn::Method m = method();
  notice("model_path: " + text_of(loaded->path()));
  notice("method: " + m.name);
  notice("input dimension: " + std::to_string(m.in_channels));
  notice("output dimension: " + std::to_string(m.out_channels));
  notice("input ratio: " + std::to_string(m.in_ratio));
  notice("output ratio: " + std::to_string(m.out_ratio));
  notice("methods: " + listed(contract.methods));
  notice("attributes: " + listed(contract.attributes));
  notice("block: " + std::to_string(host_->block()) + " samples");
  notice("batch: " + std::to_string(options.batch));
  report_latency();
  notice("accelerated: " +
         (loaded->accelerated()
              ? "yes, " + precision
              : "no" + std::string(loaded->remark().empty() ? "" : " (" + loaded->remark() + ")")));
}

// What Max shows when the mouse rests on an inlet or outlet.
std::string Nn::assist(bool inlet, long index) const {
  const bool signals = kind_ == Kind::vector;
  const int ports = inlet ? inlets_ : outlets_;
  if (!inlet && index >= ports) return "answers (dumpout)";
  const std::string kind = signals ? "(signal) " : "(multichannel) ";
  const std::string first = inlet && index == 0 ? "messages, " : "";
  if (kind_ == Kind::mcs)
    return first + kind + "batch " + std::to_string(index + 1) + (inlet ? " in" : " out");
  const std::string plain = std::string("model ") + (inlet ? "input " : "output ");
  const auto loaded = host_ ? host_->model() : nullptr;
  const nn::Method* m = loaded ? loaded->contract().method(host_->method()) : nullptr;
  if (m) {
    const auto& labels = inlet ? m->input_labels : m->output_labels;
    if (static_cast<size_t>(index) < labels.size()) {
      const std::string& label = labels[static_cast<size_t>(index)];
      // The label of the file, which says `(signal)` by itself where its author said nothing.
      return first + (label.starts_with("(") ? "" : kind) + label;
    }
    return first + kind + "not used by " + m->name;
  }
  return first + kind + plain + std::to_string(index);
}

}  // namespace maxmsp
