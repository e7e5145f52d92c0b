// nn~: what goes out of the info outlet.
#include "nn.h"
#include "nn/error.h"

namespace pd {
namespace {

Atoms names_of(const auto& things) {
  Atoms atoms;
  for (const auto& thing : things) atoms.push_back(atom(thing.name));
  return atoms;
}

std::string joined(const Atoms& atoms) {
  std::string text;
  for (const auto& a : atoms) text += (text.empty() ? "" : " ") + text_of(a);
  return text.empty() ? "(none)" : text;
}

}  // namespace

// The messages and their order are those that patches of 1.6 expect.
void Nn::report() {
  const auto loaded = host_->model();
  say("loaded", {atom(loaded ? 1 : 0)});
  if (!loaded) return;
  const nn::Contract& contract = loaded->contract();
  const nn::Method m = method();
  say("enabled", {atom(disabled_ ? 0 : 1)});
  say("gpu", {atom(loaded->device() == "cpu" ? 0 : 1)});
  say("model", {atom(loaded->path().string())});
  say("methods", names_of(contract.methods));
  say("method", {atom(m.name)});
  auto attributes = names_of(contract.attributes);
  if (attributes.empty()) attributes.push_back(atom(""));
  say("attributes", attributes);
  say("bufsize", {atom(host_->block())});
  say("dim", {atom(m.in_channels), atom(m.out_channels)});
  say("ratio", {atom(m.in_ratio), atom(m.out_ratio)});
}

void Nn::report_methods() { say("methods", names_of(model()->contract().methods)); }

void Nn::report_attributes() { say("attributes", names_of(model()->contract().attributes)); }

void Nn::report_latency() {
  model();
  const auto samples = static_cast<double>(host_->latency());
  say("latency", {atom(samples), atom(1000 * samples / host_->options().sample_rate)});
}

// Whether layers of the model are on packed kernels; without a model, whether they are to be.
void Nn::report_acceleration() {
  const auto options = host_->options();
  const auto loaded = host_->model();
  say("accelerate", {atom((loaded ? loaded->accelerated() : options.accelerate) ? 1 : 0)});
  say("precision", {atom(std::string(nn::name_of(options.precision)))});
}

void Nn::report_threads() { say("threads", {atom(host_->options().threads)}); }

void Nn::report_stats() {
  const nn::Stats s = host_->stats(true);
  const auto one = [this](const char* name, double value) {
    say("stats", {atom(name), atom(value)});
  };
  one("blocks", static_cast<double>(s.blocks));
  one("misses", static_cast<double>(s.misses));
  one("dropped", static_cast<double>(s.dropped));
  one("errors", static_cast<double>(s.errors));
  one("waits", static_cast<double>(s.waits));
  one("load_mean", s.load_mean);
  one("load_peak", s.load_peak);
}

// Everything there is to know: for a patch from the outlet, for a reader on the console.
void Nn::dump() {
  const auto loaded = model();
  const nn::Contract& contract = loaded->contract();
  report();
  if (gone()) return;
  for (const auto& m : contract.methods)
    say("method_params", {atom(m.name), atom(m.in_channels), atom(m.in_ratio), atom(m.out_channels),
                          atom(m.out_ratio)});
  for (const auto& attribute : contract.attributes) {
    Atoms types{atom(attribute.name)};
    for (const auto type : attribute.types) types.push_back(atom(nn::name_of(type)));
    say("attribute_type", types);
  }
  report_latency();
  report_threads();
  report_acceleration();
  if (gone()) return;

  const nn::Method m = method();
  const auto line = [](const std::string& text) { post("%s", text.c_str()); };
  line("model_path: " + loaded->path().string());
  line("method: " + m.name);
  line("input dimension: " + std::to_string(m.in_channels));
  line("output dimension: " + std::to_string(m.out_channels));
  line("input ratio: " + std::to_string(m.in_ratio));
  line("output ratio: " + std::to_string(m.out_ratio));
  line("methods: " + joined(names_of(contract.methods)));
  line("attributes: " + joined(names_of(contract.attributes)));
  line("block: " + std::to_string(host_->block()) + " samples");
  line("latency: " + std::to_string(host_->latency()) + " samples");
  line("accelerated: " +
       (loaded->accelerated()
            ? "yes, " + std::string(nn::name_of(host_->options().precision))
            : "no" + std::string(loaded->remark().empty() ? "" : " (" + loaded->remark() + ")")));
}

}  // namespace pd
