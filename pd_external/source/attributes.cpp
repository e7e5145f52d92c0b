// nn~: attributes of the model, and the arrays that fill its buffers.
#include <cmath>

#include "nn.h"
#include "nn/error.h"

namespace pd {
namespace {

t_symbol* array_name(const t_atom& given, const std::string& attribute) {
  if (given.a_type != A_SYMBOL)
    throw nn::Error("Attribute '" + attribute + "' takes the name of an array, not '" +
                    text_of(given) + "'.");
  return given.a_w.w_symbol;
}

nn::Value plain(const t_atom& given, nn::Type type) {
  if (given.a_type != A_FLOAT || type == nn::Type::string) return text_of(given);
  const double number = given.a_w.w_float;
  return type == nn::Type::integer ? std::trunc(number) : number;  // sliders send fractions
}

std::string name_in(const char* selector, const Atoms& atoms) {
  if (atoms[0].a_type != A_SYMBOL)
    throw nn::Error(std::string(selector) + " takes the name of an attribute first, not '" +
                    text_of(atoms[0]) + "'.");
  return text_of(atoms[0]);
}

constexpr std::chrono::seconds kPatience{1};  // for a model that is asked something

constexpr size_t kListed = 4096;  // elements of a tensor; a larger one is described

// Numbers as numbers, so that a patch can compute with them.
void append(Atoms& atoms, const nn::Value& value) {
  if (const auto* b = std::get_if<bool>(&value))
    atoms.push_back(atom(*b ? 1 : 0));
  else if (const auto* i = std::get_if<int64_t>(&value))
    atoms.push_back(atom(static_cast<double>(*i)));
  else if (const auto* d = std::get_if<double>(&value))
    atoms.push_back(atom(*d));
  else if (const auto* t = std::get_if<nn::TensorValue>(&value); t && t->data.size() <= kListed)
    for (const float number : t->data) atoms.push_back(atom(number));
  else
    atoms.push_back(atom(nn::to_text(value)));
}

}  // namespace

void Nn::on_set(const Atoms& atoms) {
  const auto name = name_in("set", atoms);
  model_work_.in_turn([this, atoms] {
    keep_step();
    set_now(atoms);
    keep_step();
  });
}

// In a rendering a change falls between the same two blocks every time.
void Nn::keep_step() {
  constexpr double patience = 30;  // seconds, as a late block has
  if (renders()) host_->wait_idle(patience);
}

// One atom per element. What there is beyond that are further channels of buffers, shared out
// evenly: `set buf left right`.
void Nn::set_now(const Atoms& atoms) {
  const auto name = text_of(atoms[0]);
  const auto loaded = model();
  const nn::Attribute* attribute = loaded->contract().attribute(name);
  if (!attribute) host_->get(name);  // throws the sentence that lists them
  const auto& types = attribute->types;
  const auto buffers = std::count(types.begin(), types.end(), nn::Type::buffer);
  const auto given = static_cast<std::ptrdiff_t>(atoms.size()) - 1;
  const auto beyond = given - static_cast<std::ptrdiff_t>(types.size());
  const auto channels =
      beyond > 0 && buffers > 0 && beyond % buffers == 0 ? 1 + beyond / buffers : 1;

  nn::Values values;
  std::vector<std::pair<std::string, Names>> bound;
  size_t at = 1;
  for (size_t i = 0; i < types.size() && at < atoms.size(); ++i) {
    if (types[i] == nn::Type::buffer) {
      Names names;
      for (std::ptrdiff_t c = 0; c < channels && at < atoms.size(); ++c)
        names.push_back(array_name(atoms[at++], name));
      values.emplace_back(read_buffer(names, static_cast<int>(sys_getsr())));
      bound.emplace_back(name + "#" + std::to_string(i), names);
    } else if (types[i] == nn::Type::tensor && atoms[at].a_type == A_SYMBOL) {
      values.emplace_back(read_tensor(array_name(atoms[at++], name)));
    } else {
      values.push_back(plain(atoms[at++], types[i]));
    }
  }
  for (; at < atoms.size(); ++at) values.emplace_back(text_of(atoms[at]));  // too many: told below
  host_->set(name, std::move(values));
  for (const auto& [key, names] : bound) watch_.bind(key, names);
}

void Nn::on_get(const Atoms& atoms) {
  const auto name = name_in("get", atoms);
  model_work_.in_turn([this, name] {
    questions_.push_back({name, host_->ask(name), std::chrono::steady_clock::now()});
    if (renders()) questions_.back().answer.wait_for(kPatience);
    give_answers();
  });
}

void Nn::answer(const std::string& name, const nn::Values& values) {
  Atoms out{atom(name)};
  for (const auto& value : values) append(out, value);
  say("get", out);
}

void Nn::give_answers() {
  while (!gone() && !questions_.empty()) {
    using namespace std::chrono;
    Question& first = questions_.front();
    const bool late = !first.report && steady_clock::now() - first.asked > kPatience;
    if (!first.report && !late && first.answer.wait_for(seconds(0)) != std::future_status::ready)
      return;
    Question question = std::move(first);
    questions_.pop_front();
    guarded([&] {
      if (question.report) return (this->*question.report)();
      try {
        // A model that computes for long answers with what it had before.
        answer(question.attribute, late ? host_->get(question.attribute) : question.answer.get());
      } catch (const std::future_error&) {
        answer(question.attribute, host_->get(question.attribute));  // of the model loaded since
      }
    });
  }
}

void Nn::follow_arrays() {
  constexpr int samples = 16384;  // each time, so that no array holds the audio up
  for (const auto& [key, names, news] : watch_.look(samples))
    guarded([&] {
      keep_step();
      if (news == ArrayWatch::News::gone) {
        host_->clear_buffer(key);
        notice("array '" + std::string(names[0]->s_name) + "' is gone; '" + key + "' is empty.");
      } else {
        host_->set_buffer(key, read_buffer(names, static_cast<int>(sys_getsr())));
      }
    });
}

}  // namespace pd
