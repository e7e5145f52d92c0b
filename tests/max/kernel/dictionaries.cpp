// Dictionaries by name, and what is in them.
#include <algorithm>
#include <cstring>

#include "dictionary.h"

using namespace max_kernel;

// One lock for all: they are small, and no call leaves this file while it is held.
static std::recursive_mutex& dictionaries_mutex() {
  static auto* const m = new std::recursive_mutex;
  return *m;
}

static std::vector<t_dictionary*>& registered() {
  static auto* const all = new std::vector<t_dictionary*>;
  return *all;
}

using Lock = std::lock_guard<std::recursive_mutex>;

namespace max_kernel {

std::shared_ptr<t_dictionary> dictionary_of(const void* d, const char* function) {
  return std::static_pointer_cast<t_dictionary>(owner_of(d, Kind::dictionary, function));
}

DictionaryEntry* find_entry(t_dictionary& d, const t_symbol* key) {
  for (auto& entry : d.entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

t_dictionary* registered_dictionary(const std::string& name) {
  Lock lock(dictionaries_mutex());
  for (auto* d : registered())
    if (d->name == gensym(name.c_str())) return d;
  return nullptr;
}

bool free_dictionary_object(void* p) {
  const auto d = dictionary_of(p, "object_free");
  if (!d) return false;
  Lock lock(dictionaries_mutex());
  std::erase(registered(), d.get());
  dictionary_clear(d.get());
  return mark_freed(p, "object_free");
}

void clear_dictionaries() {
  Lock lock(dictionaries_mutex());
  for (auto* d : std::vector(registered()))
    if (d->of_test) {
      if (d->references > 1) violate("leak", std::string(d->name->s_name) + ": not released");
      free_dictionary_object(d);
    }
  registered().clear();
}

}  // namespace max_kernel

namespace {

t_max_err set(t_dictionary* d, t_symbol* key, DictionaryEntry entry, const char* function) {
  const auto kept = dictionary_of(d, function);
  if (!kept) return MAX_ERR_INVALID_PTR;
  Lock lock(dictionaries_mutex());
  entry.key = key;
  if (auto* const known = find_entry(*d, key)) {
    if (known->dictionary && known->dictionary != entry.dictionary) object_free(known->dictionary);
    *known = std::move(entry);
  } else {
    d->entries.push_back(std::move(entry));
  }
  return MAX_ERR_NONE;
}

template <class F>
t_max_err get(const t_dictionary* d, const t_symbol* key, const char* function, F take) {
  const auto kept = dictionary_of(d, function);
  if (!kept) return MAX_ERR_INVALID_PTR;
  Lock lock(dictionaries_mutex());
  auto* const entry = find_entry(*kept, key);
  return entry && take(*entry) ? MAX_ERR_NONE : MAX_ERR_GENERIC;
}

bool is(const DictionaryEntry& entry, std::initializer_list<short> types) {
  return !entry.dictionary && entry.atoms.size() == 1 &&
         std::find(types.begin(), types.end(), entry.atoms[0].a_type) != types.end();
}

t_atom symbol_atom(const t_symbol* s) {
  t_atom atom;
  atom_setsym(&atom, s);
  return atom;
}

}  // namespace

extern "C" {

t_dictionary* dictionary_new(void) {
  auto d = std::make_shared<t_dictionary>();
  add_live(d.get(), Kind::dictionary, d);
  return d.get();
}

t_max_err dictionary_clear(t_dictionary* d) {
  if (!dictionary_of(d, "dictionary_clear")) return MAX_ERR_INVALID_PTR;
  Lock lock(dictionaries_mutex());
  for (auto& entry : std::exchange(d->entries, {}))
    if (entry.dictionary) object_free(entry.dictionary);
  return MAX_ERR_NONE;
}

t_max_err dictionary_appendlong(t_dictionary* d, t_symbol* key, t_atom_long value) {
  t_atom atom;
  atom_setlong(&atom, value);
  return set(d, key, {key, {atom}}, "dictionary_appendlong");
}

t_max_err dictionary_appendfloat(t_dictionary* d, t_symbol* key, double value) {
  t_atom atom;
  atom_setfloat(&atom, value);
  return set(d, key, {key, {atom}}, "dictionary_appendfloat");
}

t_max_err dictionary_appendsym(t_dictionary* d, t_symbol* key, t_symbol* value) {
  return set(d, key, {key, {symbol_atom(value)}}, "dictionary_appendsym");
}

t_max_err dictionary_appendstring(t_dictionary* d, t_symbol* key, const char* value) {
  return set(d, key, {key, {symbol_atom(gensym(value))}}, "dictionary_appendstring");
}

t_max_err dictionary_appendatoms(t_dictionary* d, t_symbol* key, long argc, t_atom* argv) {
  return set(d, key, {key, {argv, argv + argc}}, "dictionary_appendatoms");
}

t_max_err dictionary_appenddictionary(t_dictionary* d, t_symbol* key, t_object* value) {
  if (!dictionary_of(value, "dictionary_appenddictionary")) return MAX_ERR_INVALID_PTR;
  DictionaryEntry entry{key, {}};
  entry.dictionary = static_cast<t_dictionary*>(value);
  return set(d, key, std::move(entry), "dictionary_appenddictionary");
}

t_max_err dictionary_getlong(const t_dictionary* d, t_symbol* key, t_atom_long* value) {
  return get(d, key, "dictionary_getlong", [&](auto& entry) {
    if (!is(entry, {A_LONG, A_FLOAT})) return false;
    *value = atom_getlong(&entry.atoms[0]);
    return true;
  });
}

t_max_err dictionary_getfloat(const t_dictionary* d, t_symbol* key, double* value) {
  return get(d, key, "dictionary_getfloat", [&](auto& entry) {
    if (!is(entry, {A_LONG, A_FLOAT})) return false;
    *value = atom_getfloat(&entry.atoms[0]);
    return true;
  });
}

t_max_err dictionary_getsym(const t_dictionary* d, t_symbol* key, t_symbol** value) {
  return get(d, key, "dictionary_getsym", [&](auto& entry) {
    if (!is(entry, {A_SYM})) return false;
    *value = entry.atoms[0].a_w.w_sym;
    return true;
  });
}

t_max_err dictionary_getstring(const t_dictionary* d, t_symbol* key, const char** value) {
  t_symbol* symbol = nullptr;
  const auto failed = dictionary_getsym(d, key, &symbol);
  if (!failed) *value = symbol->s_name;
  return failed;
}

t_max_err dictionary_getatoms(const t_dictionary* d, t_symbol* key, long* argc, t_atom** argv) {
  return get(d, key, "dictionary_getatoms", [&](auto& entry) {
    if (entry.dictionary) return false;
    *argc = long(entry.atoms.size());
    *argv = entry.atoms.data();
    return true;
  });
}

t_max_err dictionary_getdictionary(const t_dictionary* d, t_symbol* key, t_object** value) {
  return get(d, key, "dictionary_getdictionary", [&](auto& entry) {
    *value = entry.dictionary;
    return entry.dictionary != nullptr;
  });
}

t_atom_long dictionary_getentrycount(const t_dictionary* d) {
  const auto kept = dictionary_of(d, "dictionary_getentrycount");
  if (!kept) return 0;
  Lock lock(dictionaries_mutex());
  return t_atom_long(kept->entries.size());
}

t_max_err dictionary_getkeys(const t_dictionary* d, long* numkeys, t_symbol*** keys) {
  const auto kept = dictionary_of(d, "dictionary_getkeys");
  *numkeys = 0;
  *keys = nullptr;
  if (!kept) return MAX_ERR_INVALID_PTR;
  Lock lock(dictionaries_mutex());
  const auto count = kept->entries.size();
  if (count == 0) return MAX_ERR_NONE;
  *keys = reinterpret_cast<t_symbol**>(sysmem_newptr(long(count * sizeof(t_symbol*))));
  for (size_t i = 0; i < count; ++i) (*keys)[i] = kept->entries[i].key;
  *numkeys = long(count);
  return MAX_ERR_NONE;
}

void dictionary_freekeys(t_dictionary*, long, t_symbol** keys) { sysmem_freeptr(keys); }

long dictionary_hasentry(const t_dictionary* d, t_symbol* key) {
  return get(d, key, "dictionary_hasentry", [](auto&) { return true; }) == MAX_ERR_NONE;
}

t_max_err dictionary_deleteentry(t_dictionary* d, t_symbol* key) {
  const auto kept = dictionary_of(d, "dictionary_deleteentry");
  if (!kept) return MAX_ERR_INVALID_PTR;
  Lock lock(dictionaries_mutex());
  auto* const entry = find_entry(*kept, key);
  if (!entry) return MAX_ERR_GENERIC;
  if (entry->dictionary) object_free(entry->dictionary);
  std::erase_if(d->entries, [&](const auto& e) { return e.key == key; });
  return MAX_ERR_NONE;
}

// Where the name is taken the dictionary is freed for the one that has it.
t_dictionary* dictobj_register(t_dictionary* d, t_symbol** name) {
  if (!dictionary_of(d, "dictobj_register")) return nullptr;
  Lock lock(dictionaries_mutex());
  static int made = 0;
  if (!*name || !*(*name)->s_name) *name = gensym(("u" + std::to_string(++made)).c_str());
  if (auto* const known = registered_dictionary((*name)->s_name); known && known != d) {
    ++known->references;
    object_free(d);
    return known;
  }
  d->name = *name;
  std::erase(registered(), d);
  registered().push_back(d);
  return d;
}

t_max_err dictobj_unregister(t_dictionary* d) {
  if (!dictionary_of(d, "dictobj_unregister")) return MAX_ERR_INVALID_PTR;
  Lock lock(dictionaries_mutex());
  return std::erase(registered(), d) ? MAX_ERR_NONE : MAX_ERR_GENERIC;
}

t_dictionary* dictobj_findregistered_retain(t_symbol* name) {
  Lock lock(dictionaries_mutex());
  auto* const d = registered_dictionary(name->s_name);
  if (d) ++d->references;
  return d;
}

t_max_err dictobj_release(t_dictionary* d) {
  if (!dictionary_of(d, "dictobj_release")) return MAX_ERR_INVALID_PTR;
  Lock lock(dictionaries_mutex());
  if (--d->references > 0) return MAX_ERR_NONE;
  if (d->of_test)
    violate("double-free", std::string(d->name->s_name) + ": released without being retained");
  return object_free(d);
}

t_symbol* dictobj_namefromptr(t_dictionary* d) {
  const auto kept = dictionary_of(d, "dictobj_namefromptr");
  return kept && kept->name ? kept->name : gensym("");
}
}
