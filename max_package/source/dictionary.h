// Dictionaries of Max.
#pragma once

#include <string>
#include <utility>

#include "max.h"

namespace maxmsp {

// A dictionary that patches know by a name.
class Dictionary {
 public:
  Dictionary() = default;
  ~Dictionary() { let_go(); }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  // An empty name: one that nobody else has.
  void bind(t_symbol* name) {
    let_go();
    asked_ = name;
    t_symbol* given = name && *name->s_name ? name : nullptr;
    if (given && (found_ = dictobj_findregistered_retain(given))) {
      name_ = given;
      return;
    }
    made_ = dictobj_register(dictionary_new(), &given);
    name_ = given;
  }
  t_dictionary* get() const { return found_ ? found_ : made_; }
  t_symbol* name() const { return name_; }
  t_symbol* asked() const { return asked_; }

 private:
  void let_go() {
    if (found_) dictobj_release(std::exchange(found_, nullptr));
    if (made_) object_free(std::exchange(made_, nullptr));
  }
  t_dictionary *made_ = nullptr, *found_ = nullptr;
  t_symbol *name_ = nullptr, *asked_ = nullptr;
};

// What is in a dictionary under `name`: another one, made where there is none.
t_dictionary* folder_in(t_dictionary* parent, const std::string& name);
void put(t_dictionary* folder, const char* key, int value);

}  // namespace maxmsp
