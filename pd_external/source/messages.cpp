// nn~: what a message in the left inlet does.
#include <cmath>
#include <map>

#include "find_model.h"
#include "nn.h"
#include "nn/error.h"

namespace pd {
namespace {

[[noreturn]] void refuse(const char* selector, const char* takes, const Atoms& atoms) {
  std::string given;
  for (const auto& a : atoms) given += (given.empty() ? "" : " ") + text_of(a);
  throw nn::Error(std::string(selector) + " takes " + takes +
                  (given.empty() ? ", and got nothing." : ", not '" + given + "'."));
}

bool is_word(const t_atom& atom) { return atom.a_type == A_SYMBOL && *atom.a_w.w_symbol->s_name; }

}  // namespace

struct Nn::Message {
  size_t least, most;  // atoms
  const char* takes;   // for who gives others
  void (*act)(Nn& nn, const Atoms& atoms);
};

const std::map<std::string, Nn::Message>& Nn::messages() {
  constexpr size_t any = 1 << 20;
  static const std::map<std::string, Message> all{
      {"enable", {1, 1, kTruth, [](Nn& nn, const Atoms& a) { nn.on_enable(a); }}},
      {"load",
       {1, 2, "the name of a model and perhaps of a method",
        [](Nn& nn, const Atoms& a) { nn.on_load(a); }}},
      {"method", {1, 1, "the name of a method", [](Nn& nn, const Atoms& a) { nn.on_method(a); }}},
      {"reload", {0, 0, "nothing", [](Nn& nn, const Atoms&) { nn.reload(); }}},
      {"reset",
       {0, 0, "nothing",
        [](Nn& nn, const Atoms&) { nn.model_work_.in_turn([&nn] { nn.reset(); }); }}},
      {"bufsize",
       {1, 1, "a number of samples, or 0 for no thread",
        [](Nn& nn, const Atoms& a) { nn.on_bufsize(a); }}},
      {"gpu", {1, 1, kTruth, [](Nn& nn, const Atoms& a) { nn.on_gpu(a); }}},
      {"accelerate", {0, 1, kAccelerate, [](Nn& nn, const Atoms& a) { nn.on_accelerate(a); }}},
      {"precision", {0, 1, kPrecision, [](Nn& nn, const Atoms& a) { nn.on_precision(a); }}},
      {"threads", {0, 1, kThreads, [](Nn& nn, const Atoms& a) { nn.on_threads(a); }}},
      {"set",
       {2, any, "the name of an attribute and its values",
        [](Nn& nn, const Atoms& a) { nn.on_set(a); }}},
      {"get", {1, 1, "the name of an attribute", [](Nn& nn, const Atoms& a) { nn.on_get(a); }}},
      {"track_buffers",
       {1, 1, kTruth,
        [](Nn& nn, const Atoms& a) { nn.track_buffers_ = truth("track_buffers", a); }}},
      {"bang", {0, 0, "nothing", [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::report); }}},
      {"dump", {0, 0, "nothing", [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::dump); }}},
      {"get_methods",
       {0, 0, "nothing", [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::report_methods); }}},
      {"get_attributes",
       {0, 0, "nothing", [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::report_attributes); }}},
      {"stats", {0, 0, "nothing", [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::report_stats); }}},
      {"latency",
       {0, 1, "nothing, `tight` or `standard`", [](Nn& nn, const Atoms& a) { nn.on_latency(a); }}},
      {"late", {0, 1, kLate, [](Nn& nn, const Atoms& a) { nn.on_late(a); }}},
      {"offline", {1, 1, "0, 1 or `auto`", [](Nn& nn, const Atoms& a) { nn.on_offline(a); }}},
      {"print_available_models",
       {0, 0, "nothing", [](Nn& nn, const Atoms&) { nn.print_available_models(); }}},
      {"download",
       {1, 2, "a card `source/type/name` and perhaps a new name",
        [](Nn& nn, const Atoms& a) { nn.on_download(a); }}},
      {"remove",
       {1, 1, "the name or card of a model", [](Nn& nn, const Atoms& a) { nn.on_remove(a); }}},
      {"delete",
       {1, 1, "the name or card of a model", [](Nn& nn, const Atoms& a) { nn.on_remove(a); }}},
  };
  return all;
}

void Nn::receive(const std::string& selector, const Atoms& atoms) {
  const auto found = messages().find(selector);
  if (found == messages().end()) throw nn::Error("There is no message '" + selector + "'.");
  const Message& message = found->second;
  if (atoms.size() < message.least || atoms.size() > message.most)
    refuse(selector.c_str(), message.takes, atoms);
  message.act(*this, atoms);
}

bool Nn::truth(const char* selector, const Atoms& atoms, const char* takes) {
  if (atoms[0].a_type != A_FLOAT || !std::isfinite(atoms[0].a_w.w_float))
    refuse(selector, takes, atoms);
  return atoms[0].a_w.w_float != 0;
}

void Nn::on_enable(const Atoms& atoms) {
  disabled_ = !truth("enable", atoms);
  host_->enable(!disabled_);
}

// A report: after the loads and changes that were asked for before, and after earlier answers.
void Nn::in_turn(void (Nn::*call)()) {
  model_work_.in_turn([this, call] {
    questions_.push_back({{}, {}, {}, call});
    give_answers();
  });
}

void Nn::reset() {
  keep_step();
  watch_.clear();
  host_->reset();
}

void Nn::on_load(const Atoms& atoms) {
  if (atoms.size() > 1 && !is_word(atoms[1])) refuse("load", messages().at("load").takes, atoms);
  load(find_model(canvas(), text_of(atoms[0])), atoms.size() > 1 ? text_of(atoms[1]) : "");
}

void Nn::on_method(const Atoms& atoms) {
  if (!is_word(atoms[0])) refuse("method", messages().at("method").takes, atoms);
  set_method(text_of(atoms[0]));
}

void Nn::on_bufsize(const Atoms& atoms) {
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

void Nn::on_accelerate(const Atoms& atoms) {
  if (atoms.empty()) return in_turn(&Nn::report_acceleration);
  const bool on = truth("accelerate", atoms, kAccelerate);
  remake([on](nn::HostOptions& options) { options.accelerate = on; },
         [this, on] {
           if (on && !model()->accelerated() && model()->remark().empty())
             notice("this model has no layers that packed kernels make faster.");
         });
}

void Nn::on_precision(const Atoms& atoms) {
  if (atoms.empty()) return in_turn(&Nn::report_acceleration);
  const auto name = text_of(atoms[0]);
  if (name != "exact" && name != "half" && name != "bf16") refuse("precision", kPrecision, atoms);
  remake([precision = nn::precision_from(name)](nn::HostOptions& options) {
    options.precision = precision;
  });
}

void Nn::on_threads(const Atoms& atoms) {
  if (atoms.empty()) return in_turn(&Nn::report_threads);
  const float count = atoms[0].a_type == A_FLOAT ? atoms[0].a_w.w_float : 0;
  if (count != 1 && count != 2) refuse("threads", kThreads, atoms);
  remake([count](nn::HostOptions& options) { options.threads = static_cast<int>(count); });
}

void Nn::on_latency(const Atoms& atoms) {
  if (atoms.empty()) return in_turn(&Nn::report_latency);
  const std::string kind = text_of(atoms[0]);
  if (kind != "tight" && kind != "standard")
    refuse("latency", messages().at("latency").takes, atoms);
  remake(
      [tight = kind == "tight", burst = bursts_.longest()](nn::HostOptions& options) {
        options.tight = tight;
        options.burst = burst;
      },
      [this] { report_latency(); });
}

void Nn::on_late(const Atoms& atoms) {
  static const std::map<std::string, nn::Late> kinds{
      {"silence", nn::Late::silence}, {"hold", nn::Late::hold}, {"bypass", nn::Late::bypass}};
  if (atoms.empty()) {
    for (const auto& [name, kind] : kinds)
      if (kind == host_->options().late) say("late", {atom(name)});
    return;
  }
  const auto kind = kinds.find(text_of(atoms[0]));
  if (kind == kinds.end()) refuse("late", kLate, atoms);
  host_->set_late(kind->second);
}

void Nn::on_offline(const Atoms& atoms) {
  if (is_word(atoms[0]) && text_of(atoms[0]) == "auto")
    offline_ = Offline::automatic;
  else
    offline_ = truth("offline", atoms) ? Offline::on : Offline::off;
  follow_listeners();
}

void Nn::print_available_models() {
  downloads_.list([this](const auto& cards) {
    for (const auto& card : cards) {
      post("%s", card.str().c_str());
      say("available", {atom(card.str())});
    }
  });
}

void Nn::on_download(const Atoms& atoms) {
  downloads_.download(atoms, patch_folder(canvas()), [this](const nn::DownloadResult& result) {
    say("downloaded", {atom(result.path.string())});
  });
}

void Nn::on_remove(const Atoms& atoms) {
  const auto path = downloads_.remove(atoms, patch_folder(canvas()));
  say("removed", {atom(path.string())});
}

void Nn::poll() {
  model_work_.poll();
  hub_work_.poll();
  if (gone()) return;
  give_answers();
  if (gone()) return;
  host_->settle();
  follow_vector(false);
  follow_channels();
  while (const auto line = host_->next_message()) error(*line);
  if (track_buffers_) follow_arrays();
  follow_listeners();
  tell_bursts();
}

}  // namespace pd
