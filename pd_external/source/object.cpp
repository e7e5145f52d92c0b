#include "object.h"

#include <cstdio>
#include <exception>
#include <locale>
#include <sstream>

namespace pd {

t_atom atom(double number) {
  t_atom a;
  SETFLOAT(&a, static_cast<t_float>(number));
  return a;
}

t_atom atom(const std::string& symbol) {
  t_atom a;
  SETSYMBOL(&a, gensym(symbol.c_str()));
  return a;
}

std::string text_of(const t_atom& atom) {
  if (atom.a_type == A_SYMBOL) return atom.a_w.w_symbol->s_name;
  if (atom.a_type != A_FLOAT) return "";
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << atom.a_w.w_float;
  return text.str();
}

Object::Object(t_object* object, const char* name)
    : object_(object), canvas_(canvas_getcurrent()), name_(name) {}

Object::~Object() = default;

void Object::leave() {
  forget_work();
  if (clock_) clock_free(clock_);
  clock_ = nullptr;
  object_ = nullptr;
}

void Object::error(const std::string& text) const {
  pd_error(object_, "%s: %s", name_, text.c_str());
}

void Object::notice(const std::string& text) const {
  logpost(object_, 2, "%s: %s", name_, text.c_str());
}

void Object::send(t_outlet* outlet, const char* selector, const Atoms& atoms) const {
  if (gone() || outlet == nullptr) return;
  Atoms copy = atoms;  // what is sent may come back and change ours
  outlet_anything(outlet, gensym(selector), static_cast<int>(copy.size()), copy.data());
}

void Object::guarded(const std::function<void()>& call) {
  const auto alive = shared_from_this();
  try {
    call();
  } catch (const std::exception& e) {
    error(e.what());
  } catch (...) {
    error("something failed for an unknown reason.");
  }
}

std::function<void(const std::string&)> Object::complaints() {
  return [this](const std::string& text) { error(text); };
}

void Object::work(nn::Chores& chores, nn::Chores::Job job) {
  chores.post(std::move(job));
  constexpr double patience = 600;  // seconds; what takes longer goes on in the background
  if (renders()) chores.wait(patience);
}

void Object::start_clock() {
  clock_ = clock_new(this, reinterpret_cast<t_method>(&Object::tick));
  clock_delay(clock_, 0);
}

void Object::tick(Object* self) {
  self->guarded([self] {
    self->poll();
    if (!self->gone()) clock_delay(self->clock_, self->busy() ? 5 : 20);  // ms
  });
}

}  // namespace pd
