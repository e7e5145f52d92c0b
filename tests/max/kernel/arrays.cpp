// Arrays of atoms, the `array` objects of Max 8.6 by their names.
#include <algorithm>

#include "dictionary.h"

using namespace max_kernel;

namespace {

std::recursive_mutex& arrays_mutex() {
  static auto* const m = new std::recursive_mutex;
  return *m;
}

std::vector<t_atomarray*>& registered() {
  static auto* const all = new std::vector<t_atomarray*>;
  return *all;
}

using Lock = std::lock_guard<std::recursive_mutex>;

std::shared_ptr<t_atomarray> get(const void* p, const char* function) {
  return std::static_pointer_cast<t_atomarray>(owner_of(p, Kind::array, function));
}

t_atomarray* find(const t_symbol* name) {
  for (auto* a : registered())
    if (a->name == name) return a;
  return nullptr;
}

}  // namespace

namespace max_kernel {

bool free_array_object(void* p) {
  const auto kept = get(p, "object_free");
  if (!kept) return false;
  Lock lock(arrays_mutex());
  std::erase(registered(), kept.get());
  return mark_freed(p, "object_free");
}

void create_array(const std::string& name, const Atoms& atoms) {
  free_array(name);
  auto values = to_max(atoms);
  auto* const array = atomarray_new(long(values.size()), values.data());
  auto* symbol = gensym(name.c_str());
  array->of_test = true;
  arrayobj_register(array, &symbol);
}

std::optional<Atoms> array(const std::string& name) {
  Lock lock(arrays_mutex());
  const auto* a = find(gensym(name.c_str()));
  if (!a) return std::nullopt;
  return from_max(long(a->atoms.size()), a->atoms.data());
}

void free_array(const std::string& name) {
  Lock lock(arrays_mutex());
  if (auto* const a = find(gensym(name.c_str()))) free_array_object(a);
}

void clear_arrays() {
  Lock lock(arrays_mutex());
  for (auto* a : std::vector(registered()))
    if (a->of_test) {
      if (a->references > 1) violate("leak", std::string(a->name->s_name) + ": not released");
      free_array_object(a);
    }
  registered().clear();
}

}  // namespace max_kernel

extern "C" {

t_atomarray* atomarray_new(long ac, t_atom* av) {
  auto array = std::make_shared<t_atomarray>();
  array->atoms.assign(av, av + ac);
  add_live(array.get(), Kind::array, array);
  return array.get();
}

t_max_err atomarray_setatoms(t_atomarray* x, long ac, t_atom* av) {
  const auto kept = get(x, "atomarray_setatoms");
  if (!kept) return MAX_ERR_INVALID_PTR;
  Lock lock(arrays_mutex());
  kept->atoms.assign(av, av + ac);
  return MAX_ERR_NONE;
}

t_max_err atomarray_getatoms(t_atomarray* x, long* ac, t_atom** av) {
  const auto kept = get(x, "atomarray_getatoms");
  if (!kept) return MAX_ERR_INVALID_PTR;
  Lock lock(arrays_mutex());
  *ac = long(kept->atoms.size());
  *av = kept->atoms.data();
  return MAX_ERR_NONE;
}

t_max_err atomarray_getindex(t_atomarray* x, long index, t_atom* av) {
  const auto kept = get(x, "atomarray_getindex");
  if (!kept) return MAX_ERR_INVALID_PTR;
  Lock lock(arrays_mutex());
  if (index < 0 || index >= long(kept->atoms.size())) return MAX_ERR_GENERIC;
  *av = kept->atoms[size_t(index)];
  return MAX_ERR_NONE;
}

t_atom_long atomarray_getsize(t_atomarray* x) {
  const auto kept = get(x, "atomarray_getsize");
  if (!kept) return 0;
  Lock lock(arrays_mutex());
  return t_atom_long(kept->atoms.size());
}

void atomarray_appendatom(t_atomarray* x, t_atom* a) {
  const auto kept = get(x, "atomarray_appendatom");
  if (!kept) return;
  Lock lock(arrays_mutex());
  kept->atoms.push_back(*a);
}

void atomarray_clear(t_atomarray* x) {
  const auto kept = get(x, "atomarray_clear");
  if (!kept) return;
  Lock lock(arrays_mutex());
  kept->atoms.clear();
}

t_atomarray* arrayobj_register(t_atomarray* aa, t_symbol** name) {
  if (!get(aa, "arrayobj_register")) return nullptr;
  Lock lock(arrays_mutex());
  static int made = 0;
  if (!*name || !*(*name)->s_name) *name = gensym(("a" + std::to_string(++made)).c_str());
  if (auto* const known = find(*name); known && known != aa) {
    ++known->references;
    object_free(aa);
    return known;
  }
  aa->name = *name;
  std::erase(registered(), aa);
  registered().push_back(aa);
  return aa;
}

t_max_err arrayobj_unregister(t_atomarray* aa) {
  if (!get(aa, "arrayobj_unregister")) return MAX_ERR_INVALID_PTR;
  Lock lock(arrays_mutex());
  return std::erase(registered(), aa) ? MAX_ERR_NONE : MAX_ERR_GENERIC;
}

t_atomarray* arrayobj_findregistered_retain(t_symbol* name) {
  Lock lock(arrays_mutex());
  auto* const a = find(name);
  if (a) ++a->references;
  return a;
}

t_max_err arrayobj_release(t_atomarray* aa) {
  if (!get(aa, "arrayobj_release")) return MAX_ERR_INVALID_PTR;
  Lock lock(arrays_mutex());
  if (--aa->references > 0) return MAX_ERR_NONE;
  if (aa->of_test)
    violate("double-free", std::string(aa->name->s_name) + ": released without being retained");
  return object_free(aa);
}

t_symbol* arrayobj_namefromptr(t_atomarray* aa) {
  const auto kept = get(aa, "arrayobj_namefromptr");
  return kept && kept->name ? kept->name : gensym("");
}
}
