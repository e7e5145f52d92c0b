// What dictionaries.cpp and arrays.cpp keep, and json.cpp reads and writes.
#pragma once

#include "internal.h"

struct DictionaryEntry {
  t_symbol* key = nullptr;
  std::vector<t_atom> atoms;
  t_dictionary* dictionary = nullptr;  // its own
};

struct _dictionary : t_object {
  std::vector<DictionaryEntry> entries;
  t_symbol* name = nullptr;
  int references = 1;
  bool of_test = false;
};

struct _atomarray : t_object {
  std::vector<t_atom> atoms;
  t_symbol* name = nullptr;
  int references = 1;
  bool of_test = false;
};

namespace max_kernel {

DictionaryEntry* find_entry(t_dictionary& d, const t_symbol* key);
std::shared_ptr<t_dictionary> dictionary_of(const void* d, const char* function);
t_dictionary* registered_dictionary(const std::string& name);

}  // namespace max_kernel

// No public header of the SDK declares these: externals do it themselves.
extern "C" {
t_atomarray* arrayobj_register(t_atomarray* aa, t_symbol** name);
t_max_err arrayobj_unregister(t_atomarray* aa);
t_atomarray* arrayobj_findregistered_retain(t_symbol* name);
t_max_err arrayobj_release(t_atomarray* aa);
t_symbol* arrayobj_namefromptr(t_atomarray* aa);
}
