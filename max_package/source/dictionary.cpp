#include "dictionary.h"

namespace maxmsp {

t_dictionary* folder_in(t_dictionary* parent, const std::string& name) {
  t_symbol* const key = gensym(name.c_str());
  t_object* there = nullptr;
  if (dictionary_getdictionary(parent, key, &there) == MAX_ERR_NONE && there)
    return reinterpret_cast<t_dictionary*>(there);
  t_dictionary* const fresh = dictionary_new();
  dictionary_appenddictionary(parent, key, reinterpret_cast<t_object*>(fresh));
  return fresh;
}

void put(t_dictionary* folder, const char* key, int value) {
  dictionary_appendlong(folder, gensym(key), value);
}

}  // namespace maxmsp
