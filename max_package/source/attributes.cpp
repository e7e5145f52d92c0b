// nn~: attributes of the model, and the buffer~ and array objects that fill them.
#include <algorithm>
#include <cmath>

#include "nn.h"
#include "nn/error.h"

namespace maxmsp {
namespace {

constexpr std::chrono::seconds kPatience{1};  // for a model that is asked something
constexpr size_t kListed = 4096;              // elements of a tensor; a larger one is described

nn::Value plain(const t_atom& given, nn::Type type) {
  if (!is_number(given) || type == nn::Type::string) return text_of(given);
  if (atom_gettype(&given) == A_LONG) return static_cast<int64_t>(atom_getlong(&given));
  const double number = atom_getfloat(&given);
  return type == nn::Type::integer ? std::trunc(number) : number;  // dials send fractions
}

std::string name_in(const char* selector, const Atoms& atoms) {
  if (!is_word(atoms[0]))
    throw nn::Error(std::string(selector) + " takes the name of an attribute first, not '" +
                    text_of(atoms[0]) + "'.");
  return text_of(atoms[0]);
}

t_symbol* name_of(const t_atom& given, const char* what, const std::string& attribute) {
  if (!is_word(given))
    throw nn::Error("Attribute '" + attribute + "' takes the name of " + what + ", not '" +
                    text_of(given) + "'.");
  return atom_getsym(&given);
}

// Numbers as numbers, so that a patch can compute with them.
void append(Atoms& atoms, const nn::Value& value) {
  if (const auto* b = std::get_if<bool>(&value))
    atoms.push_back(atom(int64_t{*b}));
  else if (const auto* i = std::get_if<int64_t>(&value))
    atoms.push_back(atom(*i));
  else if (const auto* d = std::get_if<double>(&value))
    atoms.push_back(atom(*d));
  else if (const auto* t = std::get_if<nn::TensorValue>(&value); t && t->data.size() <= kListed)
    for (const float number : t->data) atoms.push_back(atom(double{number}));
  else
    atoms.push_back(atom(nn::to_text(value)));
}

}  // namespace

void Nn::on_set(const Atoms& atoms) {
  name_in("set", atoms);
  model_work_.in_turn([this, atoms] { set_now(atoms); });
}

// One atom per element; a tensor that is last takes all numbers that are left.
void Nn::set_now(const Atoms& atoms) {
  const auto name = text_of(atoms[0]);
  const auto loaded = model();
  const nn::Attribute* attribute = loaded->contract().attribute(name);
  if (!attribute) host_->get(name);  // throws the sentence that lists them
  const auto& types = attribute->types;
  nn::Values values;
  size_t at = 1;
  for (size_t i = 0; i < types.size() && at < atoms.size(); ++i) {
    if (types[i] == nn::Type::buffer) {
      const auto key = name + "#" + std::to_string(i);
      values.emplace_back(watch_.bind(key, name_of(atoms[at++], "a buffer~", name)));
    } else if (types[i] == nn::Type::tensor && is_word(atoms[at])) {
      values.emplace_back(read_array(atom_getsym(&atoms[at++])));
    } else if (types[i] == nn::Type::tensor && i + 1 == types.size()) {
      nn::TensorValue tensor{{static_cast<int64_t>(atoms.size() - at)}, {}};
      for (; at < atoms.size(); ++at) {
        if (!is_number(atoms[at])) name_of(t_atom{}, "an array, or numbers", name);
        tensor.data.push_back(static_cast<float>(atom_getfloat(&atoms[at])));
      }
      values.emplace_back(std::move(tensor));
    } else {
      values.push_back(plain(atoms[at++], types[i]));
    }
  }
  for (; at < atoms.size(); ++at) values.emplace_back(text_of(atoms[at]));  // too many: told below
  host_->set(name, std::move(values));
}

void Nn::on_get(const Atoms& atoms) {
  const auto name = name_in("get", atoms);
  model_work_.in_turn([this, name] {
    model();
    questions_.push_back({name, host_->ask(name), std::chrono::steady_clock::now()});
    if (renders()) questions_.back().answer.wait_for(kPatience);
    give_answers();
  });
}

void Nn::answer(const std::string& name, const nn::Values& values) {
  Atoms out{atom(name)};
  std::string line = name + ":";
  for (const auto& value : values) {
    append(out, value);
    line.append(" ").append(nn::to_text(value));
  }
  notice(line);
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
    try {
      if (question.report)
        (this->*question.report)();
      else
        answer(question.attribute, answered(question, late));
    } catch (const std::exception& e) {
      error(e.what());
    }
  }
}

// A model that computes for long answers with what it had before.
nn::Values Nn::answered(Question& question, bool late) {
  if (!late) try {
      return question.answer.get();
    } catch (const std::future_error&) {
      // Another model was loaded since: that one answers.
    }
  return host_->get(question.attribute);
}

void Nn::notify(t_symbol* sender_name, t_symbol* message, void* sender, void* data) {
  watch_.notify(sender_name, message, sender, data);
}

void Nn::follow_buffers() {
  for (const auto& [key, name, news] : watch_.take_news()) {
    if (!track_buffers_ || !host_->model()) continue;
    try {
      if (news == BufferWatch::News::gone) {
        host_->clear_buffer(key);
        notice("buffer~ '" + std::string(name->s_name) + "' is gone; '" + key + "' is empty.");
      } else {
        host_->set_buffer(key, watch_.read(key));
      }
    } catch (const std::exception& e) {
      error(e.what());
    }
  }
}

}  // namespace maxmsp
