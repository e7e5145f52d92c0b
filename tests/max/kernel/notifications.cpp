// Clients and what notifies them: object_register and its kin.
#include <algorithm>

#include "internal.h"

namespace max_kernel {

namespace {

using Name = std::pair<t_symbol*, t_symbol*>;  // a name space and a name in it

struct Clients {
  std::mutex mutex;
  std::map<Name, void*> names;
  std::vector<std::pair<void*, void*>> attached;  // a client, what it watches
  std::vector<std::pair<Name, void*>> subscribed;
};

Clients& state() {
  static auto* const c = new Clients;
  return *c;
}

void notify(void* client, t_symbol* name, t_symbol* message, void* sender, void* data) {
  const auto m = object_getmethod(client, gensym("notify"));
  if (!m) return;
  using Notify = t_max_err (*)(void*, t_symbol*, t_symbol*, void*, void*);
  reinterpret_cast<Notify>(reinterpret_cast<void*>(m))(client, name, message, sender, data);
}

}  // namespace

void forget_clients(const void* object) {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  std::erase_if(c.names, [&](const auto& n) { return n.second == object; });
  std::erase_if(c.attached, [&](const auto& a) { return a.first == object || a.second == object; });
  std::erase_if(c.subscribed, [&](const auto& s) { return s.second == object; });
}

void clear_notifications() {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  c.names.clear();
  c.attached.clear();
  c.subscribed.clear();
}

}  // namespace max_kernel

using namespace max_kernel;

extern "C" {

void* object_register(t_symbol* name_space, t_symbol* s, void* x) {
  auto& c = state();
  std::vector<void*> waiting;
  {
    std::lock_guard lock(c.mutex);
    if (c.names.count({name_space, s})) return nullptr;
    c.names[{name_space, s}] = x;
    for (const auto& [name, client] : c.subscribed)
      if (name == Name{name_space, s}) {
        c.attached.emplace_back(client, x);
        waiting.push_back(client);
      }
  }
  for (auto* client : waiting) notify(client, s, gensym("subscribe_attach"), x, nullptr);
  return x;
}

t_max_err object_unregister(void* x) {
  forget_clients(x);
  return MAX_ERR_NONE;
}

void* object_findregistered(t_symbol* name_space, t_symbol* s) {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  const auto found = c.names.find({name_space, s});
  return found == c.names.end() ? nullptr : found->second;
}

t_max_err object_attach_byptr_register(void* x, void* object_to_attach, t_symbol*) {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  c.attached.emplace_back(x, object_to_attach);
  return MAX_ERR_NONE;
}

t_max_err object_detach_byptr(void* x, void* registeredobject) {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  const auto erased = std::erase(c.attached, std::pair{x, registeredobject});
  return erased ? MAX_ERR_NONE : MAX_ERR_GENERIC;
}

void* object_subscribe(t_symbol* name_space, t_symbol* s, t_symbol*, void* x) {
  auto& c = state();
  void* known = nullptr;
  {
    std::lock_guard lock(c.mutex);
    c.subscribed.emplace_back(Name{name_space, s}, x);
    if (const auto found = c.names.find({name_space, s}); found != c.names.end()) {
      known = found->second;
      c.attached.emplace_back(x, known);
    }
  }
  if (known) notify(x, s, gensym("subscribe_attach"), known, nullptr);
  return known;
}

t_max_err object_unsubscribe(t_symbol* name_space, t_symbol* s, t_symbol*, void* x) {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  std::erase(c.subscribed, std::pair{Name{name_space, s}, x});
  if (const auto found = c.names.find({name_space, s}); found != c.names.end())
    std::erase(c.attached, std::pair{x, found->second});
  return MAX_ERR_NONE;
}

t_max_err object_notify(void* x, t_symbol* s, void* data) {
  auto& c = state();
  std::vector<void*> clients;
  t_symbol* name = gensym("");
  {
    std::lock_guard lock(c.mutex);
    for (const auto& [client, watched] : c.attached)
      if (watched == x) clients.push_back(client);
    for (const auto& [known, object] : c.names)
      if (object == x) name = known.second;
  }
  for (auto* client : clients) notify(client, name, s, x, data);
  return MAX_ERR_NONE;
}

method object_getmethod(void* x, t_symbol* s) {
  const auto record = record_of(x, "object_getmethod");
  const auto* m = record ? record->type->find_method(s) : nullptr;
  return m ? m->function : nullptr;
}

t_max_err object_method_typed(void* x, t_symbol* s, long ac, t_atom* av, t_atom* rv) {
  const auto record = record_of(x, "object_method_typed");
  if (!record) return MAX_ERR_INVALID_PTR;
  const auto* m = record->type->find_method(s);
  if (!m || m->cant())
    return deliver(record->object, 0, s, ac, av) ? MAX_ERR_NONE : MAX_ERR_GENERIC;
  void* result = nullptr;
  const bool called = call_typed(record->object, *m, s, ac, av, &result, rv);
  return called ? MAX_ERR_NONE : MAX_ERR_GENERIC;
}

void* object_method_imp(void* x, void* s, void* p1, void* p2, void* p3, void* p4, void* p5,
                        void* p6, void* p7, void* p8) {
  if (!x) return nullptr;
  auto* const selector = static_cast<t_symbol*>(s);
  void* p[] = {p1, p2, p3, p4, p5, p6, p7, p8};
  const auto kind = kind_of(x);
  if (kind == Kind::dsp) return dsp_message(static_cast<t_object*>(x), selector, p);
  if (kind == Kind::buffer) return buffer_message(static_cast<t_object*>(x), selector);
  if (kind == Kind::attribute) {
    auto* const attribute = static_cast<Attribute*>(static_cast<t_object*>(x));
    const bool get = p1 == gensym("get");
    if (selector == gensym("setmethod"))
      (get ? attribute->get : attribute->set) = reinterpret_cast<method>(p2);
    return nullptr;
  }
  const auto record = record_of(x, selector->s_name);
  if (!record) return nullptr;
  const auto* m = record->type->find_method(selector);
  if (!m) {
    print(Line::error, record->object,
          std::string(record->type->name->s_name) + ": doesn't understand \"" + selector->s_name +
              "\" (object_method)");
    return nullptr;
  }
  using Call = void* (*)(void*, void*, void*, void*, void*, void*, void*, void*, void*);
  return reinterpret_cast<Call>(reinterpret_cast<void*>(m->function))(x, p1, p2, p3, p4, p5, p6, p7,
                                                                      p8);
}
}
