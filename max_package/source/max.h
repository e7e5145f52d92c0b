// Max's C functions, its atoms as C++ has them, and where this package lies.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

// After the standard library, which knows nothing of their macros.
#include "ext.h"
#include "ext_atomarray.h"
#include "ext_buffer.h"
#include "ext_dictionary.h"
#include "ext_dictobj.h"
#include "ext_drag.h"
#include "ext_obex.h"
#include "ext_path.h"
#include "ext_systhread.h"
#include "z_dsp.h"

namespace maxmsp {

using Atoms = std::vector<t_atom>;
inline Atoms atoms_from(long count, const t_atom* atoms) {
  return {atoms, atoms + (count > 0 ? count : 0)};
}

t_atom atom(int64_t number);
t_atom atom(double number);
t_atom atom(const std::string& symbol);
bool is_number(const t_atom& atom);
bool is_word(const t_atom& atom);  // a symbol that is not empty
// A number as short as it can be, or the symbol.
std::string text_of(const t_atom& atom);
std::string text_of(const Atoms& atoms);  // with spaces

// Max takes functions of every signature as one type.
template <typename Function>
method as_method(Function* function) {
  return reinterpret_cast<method>(reinterpret_cast<void*>(function));
}

// Max writes UTF-8 on every system.
std::filesystem::path path_of(const std::string& utf8);
std::string text_of(const std::filesystem::path& path);

// The folder that holds package-info.json, or that of this external's file where none does.
std::filesystem::path package_folder();
std::filesystem::path models_folder();  // of the package; made where there is none

// A function of Max that only some versions have; null in others.
void* look_up(const char* name);

}  // namespace maxmsp
