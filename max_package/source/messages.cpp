// nn~: what a message does.
#include "find_model.h"
#include "nn.h"
#include "nn/error.h"

namespace maxmsp {

const std::map<std::string, Nn::Message>& Nn::messages() {
  constexpr size_t any = 1 << 15;
  constexpr const char *nothing = "nothing", *model = "the name or card of a model";
  static const std::map<std::string, Message> all{
      {"bang", {0, 0, nothing, [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::report); }}},
      {"bufsize",
       {1, 1, "a number of samples, or 0 for no thread",
        [](Nn& nn, const Atoms& a) {
          const int block = block_request(a[0]);
          nn.remake([block](nn::HostOptions& o) { o.block = block; });
        }}},
      {"delete",
       {1, 1, model,
        [](Nn& nn, const Atoms& a) {
          nn.say("removed", {atom(text_of(nn.downloads_.remove(a)))});
        }}},
      {"download",
       {1, 2, "a card `source/type/name` and perhaps a new name",
        [](Nn& nn, const Atoms& a) {
          nn.downloads_.download(a, [&nn](const nn::DownloadResult& result) {
            nn.say("downloaded", {atom(text_of(result.path))});
          });
        }}},
      {"dump", {0, 0, nothing, [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::dump); }}},
      {"get", {1, 1, "the name of an attribute", [](Nn& nn, const Atoms& a) { nn.on_get(a); }}},
      {"get_attributes",
       {0, 0, nothing, [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::report_attributes); }}},
      {"get_latency",
       {0, 0, nothing, [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::report_latency); }}},
      {"get_methods",
       {0, 0, nothing, [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::report_methods); }}},
      {"load",
       {1, 2, "the name of a model and perhaps of a method",
        [](Nn& nn, const Atoms& a) {
          if (!is_word(a[0]) || (a.size() > 1 && !is_word(a[1])))
            throw nn::Error("load takes names, not '" + text_of(a) + "'.");
          nn.load(find_model(text_of(a[0])), a.size() > 1 ? text_of(a[1]) : "");
        }}},
      {"method",
       {1, 1, "the name of a method",
        [](Nn& nn, const Atoms& a) { nn.set_method(text_of(a[0])); }}},
      {"print_available_models",
       {0, 0, nothing, [](Nn& nn, const Atoms&) { nn.print_available_models(); }}},
      {"reload", {0, 0, nothing, [](Nn& nn, const Atoms&) { nn.reload(); }}},
      {"remove",
       {1, 1, model, [](Nn& nn, const Atoms& a) { Nn::messages().at("delete").act(nn, a); }}},
      {"reset",
       {0, 0, nothing,
        [](Nn& nn, const Atoms&) { nn.model_work_.in_turn([&nn] { nn.reset(); }); }}},
      {"set",
       {2, any, "the name of an attribute and its values",
        [](Nn& nn, const Atoms& a) { nn.on_set(a); }}},
      {"stats", {0, 0, nothing, [](Nn& nn, const Atoms&) { nn.in_turn(&Nn::report_stats); }}},
  };
  return all;
}

void Nn::receive(const std::string& selector, const Atoms& atoms) {
  const auto found = messages().find(selector);
  if (found == messages().end()) throw nn::Error("There is no message '" + selector + "'.");
  const Message& message = found->second;
  if (atoms.size() < message.least || atoms.size() > message.most)
    throw nn::Error(selector + " takes " + message.takes +
                    (atoms.empty() ? ", and got nothing." : ", not '" + text_of(atoms) + "'."));
  message.act(*this, atoms);
}

// A report: after the loads and changes that were asked for before, and after earlier answers.
void Nn::in_turn(void (Nn::*call)()) {
  model_work_.in_turn([this, call] {
    questions_.push_back({{}, {}, {}, call});
    give_answers();
  });
}

void Nn::reset() {
  watch_.clear();
  host_->reset();
}

void Nn::print_available_models() {
  downloads_.list([this](const auto& cards) {
    for (const auto& card : cards) {
      notice(card.str());
      say("available", {atom(card.str())});
    }
  });
}

void Nn::poll() {
  model_work_.poll();
  hub_work_.poll();
  if (gone()) return;
  give_answers();
  host_->settle();
  if (waits_for_vector_) {
    const Gate::Closed closed(gate_);
    follow_vector(0);
  }
  while (const auto line = host_->next_message()) error(*line);
  follow_buffers();
  tell_bursts();
}

void Nn::forget_work() {
  model_work_.stop();
  hub_work_.stop();
  watch_.clear();  // refers to the box
}

bool Nn::busy() const { return !model_work_.idle() || !hub_work_.idle() || !questions_.empty(); }

}  // namespace maxmsp
