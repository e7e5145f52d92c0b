// How a message finds its method.
#include "internal.h"

namespace max_kernel {

namespace {

constexpr size_t deepest = 200;  // cords that feed back on themselves end here

void refuse(Object* object, const std::string& text) { print(Line::error, object, text); }

// Integers and doubles are in registers of their own whatever their order, on 64 bit systems but
// Windows; at most seven of them, classes.cpp sees to it.
void* invoke(void* function, void* const* words, const double* floats) {
  using Call = void* (*)(void*, void*, void*, void*, void*, void*, double, double, double, double,
                         double, double, double, void*, void*);
  return reinterpret_cast<Call>(function)(words[0], words[1], words[2], words[3], words[4],
                                          words[5], floats[0], floats[1], floats[2], floats[3],
                                          floats[4], floats[5], floats[6], words[6], words[7]);
}

bool convert(int type, const t_atom* atom, void*& word, double& number) {
  if (type == A_LONG || type == A_DEFLONG) {
    if (atom && atom->a_type == A_SYM) return false;
    word = reinterpret_cast<void*>(atom_getlong(atom));
    return true;
  }
  if (type == A_FLOAT || type == A_DEFFLOAT) {
    if (atom && atom->a_type == A_SYM) return false;
    number = atom_getfloat(atom);
    return true;
  }
  if (type == A_SYM || type == A_DEFSYM) {
    if (atom && atom->a_type != A_SYM) return false;
    word = atom ? atom->a_w.w_sym : gensym("");
    return true;
  }
  if (type != A_OBJ || !atom || atom->a_type != A_OBJ) return false;
  word = atom->a_w.w_obj;
  return true;
}

bool optional(int type) { return type == A_DEFLONG || type == A_DEFFLOAT || type == A_DEFSYM; }

bool call(Object* object, const Method& m, t_symbol* selector, long count, t_atom* atoms) {
  void* result = nullptr;
  return call_typed(object, m, selector, count, atoms, &result);
}

// The method that takes it, with the selector it is called by.
struct Match {
  const Method* m = nullptr;
  t_symbol* selector = nullptr;
  long count = 0;
};

Match match(const t_class* type, t_symbol* selector, long count, const t_atom* atoms) {
  const auto take = [&](const char* name) -> const Method* {
    const auto* m = type->find_method(gensym(name));
    return m && !m->cant() ? m : nullptr;
  };
  const std::string s = selector->s_name;
  if (const auto* m = take(s.c_str())) return {m, selector, count};
  const bool number = s == "int" || s == "float";
  if (number)
    for (const char* other : {"int", "float", "list"})
      if (const auto* m = take(other)) return {m, gensym(other), count};
  if (s == "list" && count > 0 && !take("anything")) {
    if (atoms[0].a_type == A_SYM) return {};
    for (const char* other : {"int", "float"})
      if (const auto* m = take(other)) return {m, gensym(other), 1};
  }
  return {};
}

}  // namespace

bool call_typed(Object* object, const Method& m, t_symbol* selector, long count,
                const t_atom* atoms, void** result, t_atom* returned) {
  void* const function = reinterpret_cast<void*>(m.function);
  auto* const list = const_cast<t_atom*>(atoms);
  const int first = m.types.empty() ? int(A_NOTHING) : m.types[0];
  using List = void* (*)(void*, t_symbol*, long, t_atom*);
  if (first == A_GIMME) {
    *result = reinterpret_cast<List>(function)(object, selector, count, list);
    return true;
  }
  if (first == A_GIMMEBACK) {
    using Back = void* (*)(void*, t_symbol*, long, t_atom*, t_atom*);
    t_atom unused{};
    *result = reinterpret_cast<Back>(function)(object, selector, count, list,
                                               returned ? returned : &unused);
    return true;
  }
  if (first >= A_DEFER) {
    (first == A_DEFER ? defer : defer_low)(object, m.function, selector, short(count), list);
    return true;
  }
  void* words[8] = {object};
  double floats[7] = {};
  size_t word = object ? 1 : 0, number = 0;
  for (size_t i = 0; i < m.types.size(); ++i) {
    const int type = m.types[i];
    const t_atom* atom = long(i) < count ? atoms + i : nullptr;
    if (!atom && !optional(type)) {
      refuse(object, std::string("missing arguments for message \"") + selector->s_name + '"');
      return false;
    }
    const bool is_float = type == A_FLOAT || type == A_DEFFLOAT;
    if (!convert(type, atom, words[word], floats[number])) {
      refuse(object, std::string("bad arguments for message \"") + selector->s_name + '"');
      return false;
    }
    ++(is_float ? number : word);
  }
  if (count > long(m.types.size()))
    print(Line::warning, object,
          std::string("extra arguments for message \"") + selector->s_name + '"');
  *result = invoke(function, words, floats);
  return true;
}

bool deliver(Object* object, int inlet, t_symbol* selector, long count, t_atom* atoms) {
  const auto record = record_of(object, selector->s_name);
  if (!record) return false;
  if (ArrivalScope::depth() >= deepest) {
    refuse(object, "stack overflow");
    return false;
  }
  Inlet arrival;
  {
    std::lock_guard lock(record->mutex);
    if (inlet < 0 || inlet >= int(record->inlets.size())) return false;
    arrival = record->inlets[size_t(inlet)];
  }
  const ArrivalScope scope(object, inlet);
  const auto* type = record->type;
  t_atom converted{};
  const std::string s = selector->s_name;
  if (arrival.kind == Inlet::as_int || arrival.kind == Inlet::as_float) {
    if ((s != "int" && s != "float" && s != "list") || !count || atoms[0].a_type == A_SYM) {
      refuse(object, "inlet: wrong message or type: \"" + s + '"');
      return false;
    }
    if (arrival.kind == Inlet::as_int)
      atom_setlong(&converted, atom_getlong(atoms));
    else
      atom_setfloat(&converted, atom_getfloat(atoms));
    selector = arrival.selector, atoms = &converted, count = 1;
  } else if (arrival.kind == Inlet::message) {
    selector = arrival.selector;
  }
  if (const auto found = match(type, selector, count, atoms); found.m)
    return call(object, *found.m, found.selector, found.count, atoms);
  switch (attribute_message(object, record->type, selector, count, atoms)) {
    case AttributeMessage::done:
      return true;
    case AttributeMessage::refused:
      refuse(object, std::string("bad arguments for message \"") + selector->s_name + '"');
      return false;
    default:
      break;
  }
  if (const auto* m = type->find_method(gensym("anything")); m && !m->cant())
    return call(object, *m, selector, count, atoms);
  refuse(object,
         std::string(type->name->s_name) + ": doesn't understand \"" + selector->s_name + '"');
  return false;
}

bool understands(const t_class* type, const std::string& selector) {
  t_atom number{};
  atom_setlong(&number, 0);
  auto* const s = gensym(selector.c_str());
  if (match(type, s, 1, &number).m) return true;
  if (const auto* m = type->find_method(gensym("anything")); m && !m->cant()) return true;
  if (const auto* a = type->find_attribute(s))
    return !(a->flags & (ATTR_SET_OPAQUE | ATTR_SET_OPAQUE_USER));
  if (selector.compare(0, 3, "get") != 0) return false;
  const auto* a = type->find_attribute(gensym(selector.c_str() + 3));
  return a && !(a->flags & (ATTR_GET_OPAQUE | ATTR_GET_OPAQUE_USER));
}

t_symbol* selector_of(const Atoms& message) {
  if (message.empty()) return gensym("bang");
  if (const auto* word = std::get_if<std::string>(&message[0])) return gensym(word->c_str());
  if (message.size() > 1) return gensym("list");
  return gensym(std::holds_alternative<int64_t>(message[0]) ? "int" : "float");
}

Atoms arguments_of(const Atoms& message) {
  if (message.empty() || !std::holds_alternative<std::string>(message[0])) return message;
  return Atoms(message.begin() + 1, message.end());
}

bool send_atoms(Object* object, const std::string& selector, const Atoms& atoms, int inlet) {
  auto values = to_max(atoms);
  return deliver(object, inlet, gensym(selector.c_str()), long(values.size()), values.data());
}

bool send(Object* object, const std::string& text, int inlet) {
  bool sent = true;
  for (const auto& message : split_messages(text))
    sent = send_atoms(object, selector_of(message)->s_name, arguments_of(message), inlet) && sent;
  return sent;
}

bool send_on_scheduler(Object* object, const std::string& text, int inlet) {
  bool sent = false;
  run_on_scheduler([&] { sent = send(object, text, inlet); });
  return sent;
}

void send_later(Object* object, const std::string& text, int inlet, double milliseconds) {
  on_scheduler(
      [=] {
        if (alive(object)) send(object, text, inlet);
      },
      milliseconds);
}

}  // namespace max_kernel
