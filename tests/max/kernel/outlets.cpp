// Inlets, outlets and the cords between them.
#include <algorithm>

#include "internal.h"

namespace max_kernel {

namespace {

// The inlet that a message came through, for each call on this thread.
struct Arrival {
  const void* object;
  int inlet;
};
thread_local std::vector<Arrival> arrivals;

struct Proxy : t_object {};

void* add_inlet(void* x, Inlet inlet, const char* function, Kind kind = Kind::inlet) {
  const auto record = record_of(x, function);
  if (!record) return nullptr;
  // Made from right to left: a new one is the leftmost but for the object's own.
  std::lock_guard lock(record->mutex);
  record->inlets.insert(record->inlets.begin() + 1, inlet);
  auto proxy = std::make_shared<Proxy>();
  add_live(proxy.get(), kind, proxy);
  return proxy.get();
}

bool fits(const std::string& type, const std::string& selector) {
  if (type.empty() || type == "anything") return true;
  return type == selector || (type == "float" && selector == "int");
}

void send_out(t_outlet* o, t_symbol* selector, long count, t_atom* atoms) {
  const auto kept = std::static_pointer_cast<Outlet>(owner_of(o, Kind::outlet, "outlet"));
  if (!kept) return;
  const auto record = record_of(kept->owner, "outlet");
  if (!record) return;
  const auto thread = this_thread();
  const std::string what = std::string(record->type->name->s_name) + ": " + selector->s_name;
  if (thread == Thread::audio) violate("outlet-on-audio", what);
  if (!fits(kept->type, selector->s_name)) violate("outlet-type", what + " out of " + kept->type);
  Output output{kept->owner, 0, selector->s_name, from_max(count, atoms), thread};
  std::vector<Cord> cords;
  std::vector<std::function<void(const Output&)>> listeners;
  {
    std::lock_guard lock(record->mutex);
    const auto found = std::find(record->outlets.begin(), record->outlets.end(), kept.get());
    output.outlet = int(found - record->outlets.begin());
    record->outputs.push_back(output);
    cords = kept->cords;
    listeners = kept->listeners;
  }
  for (const auto& listener : listeners) listener(output);
  for (const auto& cord : cords) deliver(cord.to, cord.inlet, selector, count, atoms);
}

Outlet* outlet_at(Record& record, int index) {
  return index >= 0 && index < int(record.outlets.size()) ? record.outlets[index] : nullptr;
}

}  // namespace

ArrivalScope::ArrivalScope(const void* object, int inlet) { arrivals.push_back({object, inlet}); }
ArrivalScope::~ArrivalScope() { arrivals.pop_back(); }
size_t ArrivalScope::depth() { return arrivals.size(); }

int inlets(Object* object) {
  const auto record = record_of(object, "inlets");
  if (!record) return 0;
  std::lock_guard lock(record->mutex);
  return int(record->inlets.size());
}

int outlets(Object* object) {
  const auto record = record_of(object, "outlets");
  if (!record) return 0;
  std::lock_guard lock(record->mutex);
  return int(record->outlets.size());
}

std::string inlet_type(Object* object, int inlet) {
  const auto record = record_of(object, "inlet_type");
  if (!record) return "";
  std::lock_guard lock(record->mutex);
  if (inlet < 0 || inlet >= record->signal_inlets) return "";
  const auto misc = reinterpret_cast<t_pxobject*>(object)->z_misc;
  return misc & Z_MC_INLETS ? "multichannelsignal" : "signal";
}

std::string outlet_type(Object* object, int outlet) {
  const auto record = record_of(object, "outlet_type");
  if (!record) return "";
  std::lock_guard lock(record->mutex);
  const auto* o = outlet_at(*record, outlet);
  return o ? o->type : "";
}

bool connect(Object* from, int outlet, Object* to, int inlet) {
  const auto record = record_of(from, "connect");
  if (!record || inlet < 0 || inlet >= inlets(to)) return false;
  std::lock_guard lock(record->mutex);
  auto* const o = outlet_at(*record, outlet);
  if (!o || o->type == "signal" || o->type == "multichannelsignal") return false;
  o->cords.push_back({to, inlet});
  return true;
}

void disconnect(Object* from, int outlet, Object* to, int inlet) {
  const auto record = record_of(from, "disconnect");
  if (!record) return;
  std::lock_guard lock(record->mutex);
  if (auto* const o = outlet_at(*record, outlet))
    std::erase_if(o->cords, [&](const Cord& c) { return c.to == to && c.inlet == inlet; });
}

void listen(Object* from, int outlet, std::function<void(const Output&)> listener) {
  const auto record = record_of(from, "listen");
  if (!record) return;
  std::lock_guard lock(record->mutex);
  if (auto* const o = outlet_at(*record, outlet)) o->listeners.push_back(std::move(listener));
}

void cut_cords(Object* object) {
  for (const auto* p : all_live(Kind::object)) {
    if (kind_of(p) != Kind::object) continue;
    const auto record = record_of(p, "cut_cords");
    if (!record) continue;
    std::lock_guard lock(record->mutex);
    for (auto* o : record->outlets) {
      std::erase_if(o->cords, [&](const Cord& c) { return c.to == object; });
      if (p == object) o->cords.clear(), o->listeners.clear();
    }
  }
}

std::vector<Output> outputs(Object* object) {
  const auto record = record_of(object, "outputs");
  if (!record) return {};
  std::lock_guard lock(record->mutex);
  return record->outputs;
}

std::vector<Output> take_outputs(Object* object) {
  const auto record = record_of(object, "take_outputs");
  if (!record) return {};
  std::lock_guard lock(record->mutex);
  return std::exchange(record->outputs, {});
}

std::vector<Output> take_outputs(Object* object, int outlet) {
  const auto record = record_of(object, "take_outputs");
  if (!record) return {};
  std::lock_guard lock(record->mutex);
  std::vector<Output> taken;
  for (const auto& output : record->outputs)
    if (output.outlet == outlet) taken.push_back(output);
  std::erase_if(record->outputs, [&](const Output& output) { return output.outlet == outlet; });
  return taken;
}

}  // namespace max_kernel

using namespace max_kernel;

extern "C" {

void* inlet_new(void* x, const char* s) {
  return add_inlet(x, {s ? Inlet::message : Inlet::plain, 0, s ? gensym(s) : nullptr}, "inlet_new");
}

void* intin(void* x, short n) {
  const auto selector = "in" + std::to_string(n);
  return add_inlet(x, {Inlet::as_int, n, gensym(selector.c_str())}, "intin");
}

void* floatin(void* x, short n) {
  const auto selector = "ft" + std::to_string(n);
  return add_inlet(x, {Inlet::as_float, n, gensym(selector.c_str())}, "floatin");
}

// What stuffloc points to is left alone: proxy_getinlet alone is right on every thread.
void* proxy_new(void* x, long id, long*) {
  const auto record = record_of(x, "proxy_new");
  if (!record) return nullptr;
  {
    std::lock_guard lock(record->mutex);
    if (record->inlets.size() > 1 && record->inlets[1].id && record->inlets[1].id != id + 1)
      violate("inlet-order",
              "proxy " + std::to_string(id) + " left of " + std::to_string(record->inlets[1].id));
  }
  return add_inlet(x, {Inlet::plain, id, nullptr}, "proxy_new", Kind::proxy);
}

long proxy_getinlet(t_object* master) {
  for (auto i = arrivals.rbegin(); i != arrivals.rend(); ++i)
    if (i->object == master) return i->inlet;
  return 0;
}

void* outlet_new(void* x, const char* s) {
  const auto record = record_of(x, "outlet_new");
  if (!record) return nullptr;
  auto outlet = std::make_shared<Outlet>();
  outlet->owner = record->object;
  outlet->type = s ? s : "";
  add_live(outlet.get(), Kind::outlet, outlet);
  std::lock_guard lock(record->mutex);
  record->outlets.insert(record->outlets.begin(), outlet.get());
  return outlet.get();
}

void* bangout(void* x) { return outlet_new(x, "bang"); }
void* intout(void* x) { return outlet_new(x, "int"); }
void* floatout(void* x) { return outlet_new(x, "float"); }
void* listout(void* x) { return outlet_new(x, "list"); }

void* outlet_bang(t_outlet* o) {
  send_out(o, gensym("bang"), 0, nullptr);
  return nullptr;
}

void* outlet_int(t_outlet* o, t_atom_long n) {
  t_atom atom;
  atom_setlong(&atom, n);
  send_out(o, gensym("int"), 1, &atom);
  return nullptr;
}

void* outlet_float(t_outlet* o, double f) {
  t_atom atom;
  atom_setfloat(&atom, f);
  send_out(o, gensym("float"), 1, &atom);
  return nullptr;
}

void* outlet_list(t_outlet* o, t_symbol*, short ac, t_atom* av) {
  send_out(o, gensym("list"), ac, av);
  return nullptr;
}

void* outlet_anything(t_outlet* o, t_symbol* s, short ac, t_atom* av) {
  send_out(o, s, ac, av);
  return nullptr;
}
}
