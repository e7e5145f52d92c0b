// Objects from their making to their end.
#include <cstring>

#include "internal.h"

namespace max_kernel {

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool quarantine = false;  // the sanitizer has its own
#else
constexpr bool quarantine = true;
#endif

thread_local std::vector<Object*>* allocated = nullptr;

std::atomic<Object*> current_patcher{nullptr}, default_patcher{nullptr};

struct Patcher {
  t_object header;
  t_symbol *name, *filename, *filepath;
};

t_class* patcher_class() {
  static auto* const c = [] {
    auto* const made = class_new("jpatcher", nullptr, nullptr, sizeof(Patcher), nullptr, 0);
    CLASS_ATTR_SYM(made, "name", 0, Patcher, name);
    CLASS_ATTR_SYM(made, "filename", 0, Patcher, filename);
    CLASS_ATTR_SYM(made, "filepath", 0, Patcher, filepath);
    return made;
  }();
  return c;
}

void* call_create(t_class* type, std::vector<t_atom>& atoms) {
  void* const create = reinterpret_cast<void*>(type->create);
  const auto ac = long(atoms.size());
  if (!type->types.empty() && type->types[0] == A_GIMME)
    return reinterpret_cast<void* (*)(t_symbol*, long, t_atom*)>(create)(type->name, ac,
                                                                         atoms.data());
  // Typed: attributes in the text are set afterwards, as Max does.
  const long own = attr_args_offset(short(ac), atoms.data());
  void* x = nullptr;
  if (!call_typed(nullptr, Method{type->create, type->types}, type->name, own, atoms.data(), &x))
    return nullptr;
  if (x && own < ac) attr_args_process(x, short(ac - own), atoms.data() + own);
  return x;
}

}  // namespace

Object* new_patcher(const std::string& path) {
  auto* const p = static_cast<Patcher*>(object_alloc(patcher_class()));
  const auto slash = path.rfind('/');
  p->filepath = gensym(path.c_str());
  p->filename = gensym(path.c_str() + (slash == std::string::npos ? 0 : slash + 1));
  p->name = p->filename;
  return &p->header;
}

Object* patcher() {
  if (auto* const current = current_patcher.load()) return current;
  if (!default_patcher) default_patcher = new_patcher("");
  return default_patcher;
}

void set_patcher(Object* patcher) { current_patcher = patcher; }

void forget_patchers() {
  current_patcher = nullptr;
  for (const auto* p : all_live(Kind::object)) {
    auto* const object = const_cast<void*>(p);
    if (object_class(object) == patcher_class()) object_free(object);
  }
  default_patcher = nullptr;
}

Object* instantiate(t_class* type, const Atoms& arguments) {
  auto atoms = to_max(arguments);
  std::vector<Object*> made;
  auto* const outer = std::exchange(allocated, &made);
  gensym("#P")->s_thing = patcher();
  void* const x = call_create(type, atoms);
  gensym("#P")->s_thing = nullptr;
  allocated = outer;
  if (x && kind_of(x) == Kind::object) {
    record_of(x, "create")->box = true;
    return static_cast<Object*>(x);
  }
  print(Line::error, nullptr, std::string(type->name->s_name) + ": error creating object");
  for (auto* left : made)
    if (left != patcher() && life(left) == Life::live)
      violate("leak", std::string(type->name->s_name) + ": the new method failed without freeing");
  return nullptr;
}

Object* create(const std::string& class_name, const Atoms& arguments) {
  auto* const type = find_class(class_name);
  if (type) return instantiate(type, arguments);
  print(Line::error, nullptr, class_name + ": No such object");
  return nullptr;
}

Object* create(const std::string& text) {
  auto atoms = parse(text);
  if (atoms.empty() || !std::holds_alternative<std::string>(atoms[0])) {
    print(Line::error, nullptr, text + ": No such object");
    return nullptr;
  }
  const auto class_name = std::get<std::string>(atoms[0]);
  atoms.erase(atoms.begin());
  return create(class_name, atoms);
}

bool destroy(Object* object) {
  std::lock_guard out(lockout());
  if (!record_of(object, "destroy")) return false;
  cut_cords(object);
  return object_free(object) == MAX_ERR_NONE;
}

bool alive(const Object* object) { return kind_of(object) == Kind::object; }

std::string assist(Object* object, bool inlet, int index) {
  const auto m = object_getmethod(object, gensym("assist"));
  if (!m) return "";
  char text[512] = "";
  using Assist = void (*)(void*, void*, long, long, char*);
  reinterpret_cast<Assist>(reinterpret_cast<void*>(m))(
      object, nullptr, inlet ? ASSIST_INLET : ASSIST_OUTLET, index, text);
  return text;
}

std::string class_of(Object* object) { return object_classname(object)->s_name; }

}  // namespace max_kernel

using namespace max_kernel;

extern "C" {

void* object_alloc(t_class* c) {
  auto record = std::make_shared<Record>();
  auto* const x = std::calloc(1, size_t(std::max<long>(c->size, sizeof(t_object))));
  record->object = static_cast<t_object*>(x);
  record->memory = x;
  record->type = c;
  record->object->o_messlist = reinterpret_cast<messlist*>(c);
  add_live(x, Kind::object, record);
  if (c != patcher_class()) record->obex[gensym("#P")] = patcher();
  if (allocated) allocated->push_back(record->object);
  return x;
}

static t_max_err free_object(void* x) {
  const auto record = record_of(x, "object_free");
  if (!record) return MAX_ERR_INVALID_PTR;
  if (record->freeing.exchange(true)) {
    violate("double-free", "object_free within the free method");
    return MAX_ERR_INVALID_PTR;
  }
  if (auto* const end = reinterpret_cast<void*>(record->type->destroy))
    reinterpret_cast<void (*)(void*)>(end)(x);
  if (remove_from_graphs(record->object))
    violate("dsp-free", std::string(record->type->name->s_name) + ": free method without dsp_free");
  cut_cords(record->object);
  forget_clients(x);
  std::vector<Outlet*> outlets;
  {
    std::lock_guard lock(record->mutex);
    outlets.swap(record->outlets);
  }
  for (auto* outlet : outlets)
    if (life(outlet) == Life::live) mark_freed(outlet, "object_free");
  mark_freed(x, "object_free");
  if (quarantine) {
    std::memset(x, 0xdb, size_t(std::max<long>(record->type->size, sizeof(t_object))));
  } else {
    record->memory = nullptr;
    std::free(x);
  }
  return MAX_ERR_NONE;
}

t_max_err object_free(void* x) {
  if (!x) return MAX_ERR_INVALID_PTR;
  if (life(x) != Life::live) {
    violate("double-free", "object_free of what is not alive");
    return MAX_ERR_INVALID_PTR;
  }
  switch (*kind_of(x)) {
    case Kind::object:
      return free_object(x);
    case Kind::clock:
      clock_unset(static_cast<t_clock*>(x));
      break;
    case Kind::qelem:
      qelem_free(static_cast<t_qelem*>(x));
      return MAX_ERR_NONE;
    case Kind::buffer_ref:
      free_buffer_ref(x);
      break;
    case Kind::dictionary:
      free_dictionary_object(x);
      return MAX_ERR_NONE;
    case Kind::array:
      free_array_object(x);
      return MAX_ERR_NONE;
    case Kind::buffer:
    case Kind::attribute:
    case Kind::dsp:
      violate("double-free", std::string("object_free of a ") + name(*kind_of(x)));
      return MAX_ERR_INVALID_PTR;
    default:
      break;
  }
  mark_freed(x, "object_free");
  return MAX_ERR_NONE;
}

t_class* object_class(void* x) {
  const auto record = record_of(x, "object_class");
  return record ? record->type : nullptr;
}

t_symbol* object_classname(void* x) {
  if (kind_of(x) == Kind::buffer) return gensym("buffer~");
  const auto record = record_of(x, "object_classname");
  return record ? record->type->name : gensym("");
}

t_max_err object_obex_store(void* x, t_symbol* key, t_object* val) {
  const auto record = record_of(x, "object_obex_store");
  if (!record) return MAX_ERR_INVALID_PTR;
  std::lock_guard lock(record->mutex);
  record->obex[key] = val;
  return MAX_ERR_NONE;
}

t_max_err object_obex_lookup(void* x, t_symbol* key, t_object** val) {
  const auto record = record_of(x, "object_obex_lookup");
  if (!record) return MAX_ERR_INVALID_PTR;
  std::lock_guard lock(record->mutex);
  const auto found = record->obex.find(key);
  if (found == record->obex.end()) return MAX_ERR_GENERIC;
  *val = found->second;
  return MAX_ERR_NONE;
}

void object_obex_dumpout(void* x, t_symbol* s, long argc, t_atom* argv) {
  t_object* outlet = nullptr;
  if (object_obex_lookup(x, gensym("dumpout"), &outlet) == MAX_ERR_NONE && outlet)
    outlet_anything(reinterpret_cast<t_outlet*>(outlet), s, short(argc), argv);
}
}
