// nn~: what a message in the left inlet does.
#include <cmath>
#include <map>

#include "find_model.h"
#include "nn.h"
#include "nn/error.h"

namespace pd {
namespace {

void expect(const char* selector, const Atoms& atoms, size_t least, size_t most,
            const char* takes) {
  if (atoms.size() < least || atoms.size() > most)
    throw nn::Error(std::string(selector) + " takes " + takes + ".");
}

std::string word(const char* selector, const Atoms& atoms, size_t at, const char* takes) {
  if (atoms[at].a_type != A_SYMBOL)
    throw nn::Error(std::string(selector) + " takes " + takes + ", not '" + text_of(atoms[at]) +
                    "'.");
  return text_of(atoms[at]);
}

bool truth(const char* selector, const Atoms& atoms) {
  constexpr const char* takes = "0 or 1";
  expect(selector, atoms, 1, 1, takes);
  if (atoms[0].a_type != A_FLOAT || !std::isfinite(atoms[0].a_w.w_float))
    throw nn::Error(std::string(selector) + " takes 0 or 1, not '" + text_of(atoms[0]) + "'.");
  return atoms[0].a_w.w_float != 0;
}

}  // namespace

void Nn::receive(const std::string& selector, const Atoms& atoms) {
  using Handler = void (*)(Nn&, const Atoms&);
  static const std::map<std::string, Handler> handlers{
      {"enable",
       [](Nn& x, const Atoms& a) {
         x.disabled_ = !truth("enable", a);
         x.host_->enable(!x.disabled_);
       }},
      {"load", [](Nn& x, const Atoms& a) { x.on_load(a); }},
      {"method",
       [](Nn& x, const Atoms& a) {
         expect("method", a, 1, 1, "the name of a method");
         x.set_method(word("method", a, 0, "the name of a method"));
       }},
      {"reload",
       [](Nn& x, const Atoms& a) {
         expect("reload", a, 0, 0, "nothing");
         x.reload();
       }},
      {"reset",
       [](Nn& x, const Atoms& a) {
         expect("reset", a, 0, 0, "nothing");
         x.in_turn(&Nn::reset);
       }},
      {"bufsize", [](Nn& x, const Atoms& a) { x.on_bufsize(a); }},
      {"gpu", [](Nn& x, const Atoms& a) { x.on_gpu(a); }},
      {"set", [](Nn& x, const Atoms& a) { x.on_set(a); }},
      {"get", [](Nn& x, const Atoms& a) { x.on_get(a); }},
      {"track_buffers", [](Nn& x, const Atoms& a) { x.track_buffers_ = truth("track_buffers", a); }},
      {"bang", [](Nn& x, const Atoms&) { x.in_turn(&Nn::report); }},
      {"dump", [](Nn& x, const Atoms&) { x.in_turn(&Nn::dump); }},
      {"get_methods", [](Nn& x, const Atoms&) { x.in_turn(&Nn::report_methods); }},
      {"get_attributes", [](Nn& x, const Atoms&) { x.in_turn(&Nn::report_attributes); }},
      {"latency", [](Nn& x, const Atoms& a) { x.on_latency(a); }},
      {"late", [](Nn& x, const Atoms& a) { x.on_late(a); }},
      {"offline", [](Nn& x, const Atoms& a) { x.on_offline(a); }},
      {"stats", [](Nn& x, const Atoms&) { x.in_turn(&Nn::report_stats); }},
      {"print_available_models",
       [](Nn& x, const Atoms&) {
         x.downloads_.list([&x](const auto& cards) {
           for (const auto& card : cards) {
             post("%s", card.str().c_str());
             x.say("available", {atom(card.str())});
           }
         });
       }},
      {"download",
       [](Nn& x, const Atoms& a) {
         x.downloads_.download(a, patch_folder(x.canvas()), [&x](const auto& result) {
           x.say("downloaded", {atom(result.path.string())});
         });
       }},
      {"remove",
       [](Nn& x, const Atoms& a) {
         const auto path = x.downloads_.remove(a, patch_folder(x.canvas()));
         x.say("removed", {atom(path.string())});
       }},
  };
  const auto handler = handlers.find(selector == "delete" ? "remove" : selector);
  if (handler == handlers.end()) throw nn::Error("There is no message '" + selector + "'.");
  handler->second(*this, atoms);
}

// After the loads and changes that were asked for before.
void Nn::in_turn(void (Nn::*call)()) {
  model_work_.in_turn([this, call] { (this->*call)(); });
}

void Nn::reset() {
  watch_.clear();
  host_->reset();
}

void Nn::on_load(const Atoms& atoms) {
  constexpr const char* takes = "the name of a model and perhaps of a method";
  expect("load", atoms, 1, 2, takes);
  const auto path = find_model(canvas(), text_of(atoms[0]));
  load(path, atoms.size() > 1 ? word("load", atoms, 1, takes) : "");
}

void Nn::on_bufsize(const Atoms& atoms) {
  expect("bufsize", atoms, 1, 1, "a number of samples, or 0 for no thread");
  const int block = block_request(atoms[0]);
  remake([block](nn::HostOptions& options) { options.block = block; });
}

void Nn::on_gpu(const Atoms& atoms) {
  const bool gpu = truth("gpu", atoms);
  remake([gpu](nn::HostOptions& options) { options.device = gpu ? "gpu" : "cpu"; },
         [this, gpu] {
           if (gpu && model()->device() == "cpu") notice("no GPU that torch can use was found.");
         });
}

void Nn::on_latency(const Atoms& atoms) {
  if (atoms.empty()) return in_turn(&Nn::report_latency);
  constexpr const char* takes = "nothing, or `tight` or `standard`";
  expect("latency", atoms, 1, 1, takes);
  const std::string kind = word("latency", atoms, 0, takes);
  if (kind != "tight" && kind != "standard")
    throw nn::Error("latency takes " + std::string(takes) + ", not '" + kind + "'.");
  remake(
      [tight = kind == "tight", burst = longest_burst_](nn::HostOptions& options) {
        options.tight = tight;
        options.burst = burst;
      },
      [this] { report_latency(); });
}

void Nn::on_late(const Atoms& atoms) {
  static const std::map<std::string, nn::Late> kinds{{"silence", nn::Late::silence},
                                                     {"hold", nn::Late::hold},
                                                     {"bypass", nn::Late::bypass}};
  constexpr const char* takes = "nothing, or `silence`, `hold` or `bypass`";
  if (atoms.empty()) {
    for (const auto& [name, kind] : kinds)
      if (kind == host_->options().late) say("late", {atom(name)});
    return;
  }
  expect("late", atoms, 1, 1, takes);
  const auto kind = kinds.find(word("late", atoms, 0, takes));
  if (kind == kinds.end())
    throw nn::Error("late takes " + std::string(takes) + ", not '" + text_of(atoms[0]) + "'.");
  host_->set_late(kind->second);
}

void Nn::on_offline(const Atoms& atoms) {
  expect("offline", atoms, 1, 1, "0, 1 or `auto`");
  if (atoms[0].a_type == A_SYMBOL && text_of(atoms[0]) == "auto")
    offline_ = Offline::automatic;
  else
    offline_ = truth("offline", atoms) ? Offline::on : Offline::off;
  follow_listeners();
}

void Nn::poll() {
  model_work_.poll();
  hub_work_.poll();
  if (gone()) return;
  while (const auto line = host_->next_message()) error(*line);
  if (track_buffers_) follow_arrays();
  follow_listeners();
  tell_bursts();
}

}  // namespace pd
