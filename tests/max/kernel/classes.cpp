// Externals and the classes they register.
#include <dlfcn.h>

#include <algorithm>
#include <stdexcept>

#include "internal.h"

using namespace max_kernel;

const Method* maxclass::find_method(const t_symbol* wanted) const {
  for (const auto& [key, m] : methods)
    if (key == wanted) return &m;
  return nullptr;
}

Attribute* maxclass::find_attribute(const t_symbol* wanted) const {
  for (auto* attribute : attributes)
    if (attribute->name == wanted) return attribute;
  return nullptr;
}

namespace max_kernel {

namespace {

// Written by ext_main alone, on the main thread; read by all.
struct Classes {
  std::mutex mutex;
  std::vector<t_class*> all;
  std::vector<std::unique_ptr<t_class>> made;
};

Classes& registered() {
  static auto* const c = new Classes;
  return *c;
}

}  // namespace

std::vector<int> read_types(int first, va_list arguments) {
  std::vector<int> types;
  for (int type = first; type != A_NOTHING; type = va_arg(arguments, int)) types.push_back(type);
  return types;
}

std::string type_name(int type) {
  switch (type) {
    case A_LONG:
      return "long";
    case A_FLOAT:
      return "float";
    case A_SYM:
      return "symbol";
    case A_OBJ:
      return "object";
    case A_DEFLONG:
      return "deflong";
    case A_DEFFLOAT:
      return "deffloat";
    case A_DEFSYM:
      return "defsymbol";
    case A_GIMME:
      return "gimme";
    case A_GIMMEBACK:
      return "gimmeback";
    case A_CANT:
      return "cant";
    case A_DEFER:
      return "defer";
    case A_DEFER_LOW:
      return "defer_low";
    case A_USURP:
      return "usurp";
    case A_USURP_LOW:
      return "usurp_low";
    default:
      return "unknown";
  }
}

t_class* find_class(const std::string& name) {
  return class_findbyname(CLASS_BOX, gensym(name.c_str()));
}

void load_external(const std::string& path) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(dlerror());
  auto* const main = reinterpret_cast<void (*)(void*)>(dlsym(library, "ext_main"));
  if (!main) throw std::runtime_error(path + ": no ext_main");
  main(nullptr);
}

std::vector<std::string> classes() {
  auto& c = registered();
  std::lock_guard lock(c.mutex);
  std::vector<std::string> names;
  for (const auto* one : c.all) names.push_back(one->name->s_name);
  return names;
}

}  // namespace max_kernel

extern "C" {

t_class* class_new(const char* name, const method mnew, const method mfree, long size, const method,
                   short type, ...) {
  auto& all = registered();
  t_class* c = nullptr;
  {
    std::lock_guard lock(all.mutex);
    c = all.made.emplace_back(std::make_unique<t_class>()).get();
  }
  c->name = gensym(name);
  c->create = mnew;
  c->destroy = mfree;
  c->size = size;
  va_list arguments;
  va_start(arguments, type);
  c->types = read_types(type, arguments);
  va_end(arguments);
  if (size < long(sizeof(t_object)))
    print(Line::error, nullptr, std::string(name) + ": size without t_object");
  return c;
}

t_max_err class_free(t_class* c) {
  auto& all = registered();
  std::lock_guard lock(all.mutex);
  std::erase(all.all, c);  // the memory stays: objects may have it yet
  return MAX_ERR_NONE;
}

t_max_err class_register(t_symbol* name_space, t_class* c) {
  if (class_findbyname(name_space, c->name)) {
    print(Line::error, nullptr, std::string(c->name->s_name) + ": class already registered");
    return MAX_ERR_DUPLICATE;
  }
  auto& all = registered();
  std::lock_guard lock(all.mutex);
  c->name_space = name_space;
  all.all.push_back(c);
  return MAX_ERR_NONE;
}

t_max_err class_addmethod(t_class* c, const method m, const char* name, ...) {
  va_list arguments;
  va_start(arguments, name);
  auto types = read_types(va_arg(arguments, int), arguments);
  va_end(arguments);
  const auto plain = std::count_if(types.begin(), types.end(), [](int t) { return t < A_GIMME; });
  if (!m || plain > 7) {
    print(Line::error, nullptr, std::string(c->name->s_name) + ": bad method " + name);
    return MAX_ERR_GENERIC;
  }
  auto* const symbol = gensym(name);
  std::erase_if(c->methods, [&](const auto& known) { return known.first == symbol; });
  c->methods.emplace_back(symbol, Method{m, std::move(types)});
  return MAX_ERR_NONE;
}

t_class* class_findbyname(t_symbol* name_space, t_symbol* classname) {
  auto& all = registered();
  std::lock_guard lock(all.mutex);
  for (auto* c : all.all)
    if (c->name == classname && c->name_space == name_space) return c;
  return nullptr;
}

t_symbol* class_nameget(t_class* c) { return c->name; }

void class_dspinit(t_class* c) { c->dsp = true; }
}
