#include "max.h"

#include <locale>
#include <sstream>

#ifdef _WIN32
#define NOMINMAX
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace maxmsp {
namespace {

std::filesystem::path own_file() {
#ifdef _WIN32
  HMODULE module = nullptr;
  wchar_t path[MAX_PATH_CHARS] = L"";
  GetModuleHandleExW(
      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
      reinterpret_cast<LPCWSTR>(&own_file), &module);
  GetModuleFileNameW(module, path, MAX_PATH_CHARS);
  return path;
#else
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&own_file), &info) == 0) return {};
  return info.dli_fname;
#endif
}

}  // namespace

t_atom atom(int64_t number) {
  t_atom a;
  atom_setlong(&a, static_cast<t_atom_long>(number));
  return a;
}

t_atom atom(double number) {
  t_atom a;
  atom_setfloat(&a, number);
  return a;
}

t_atom atom(const std::string& symbol) {
  t_atom a;
  atom_setsym(&a, gensym(symbol.c_str()));
  return a;
}

bool is_number(const t_atom& atom) {
  const long type = atom_gettype(&atom);
  return type == A_LONG || type == A_FLOAT;
}

bool is_word(const t_atom& atom) {
  return atom_gettype(&atom) == A_SYM && *atom_getsym(&atom)->s_name != 0;
}

std::string text_of(const t_atom& atom) {
  if (atom_gettype(&atom) == A_SYM) return atom_getsym(&atom)->s_name;
  if (!is_number(atom)) return "";
  std::ostringstream text;
  text.imbue(std::locale::classic());
  if (atom_gettype(&atom) == A_LONG)
    text << static_cast<int64_t>(atom_getlong(&atom));
  else
    text << atom_getfloat(&atom);
  return text.str();
}

std::string text_of(const Atoms& atoms) {
  std::string all;
  for (const auto& one : atoms) all.append(all.empty() ? "" : " ").append(text_of(one));
  return all;
}

std::filesystem::path path_of(const std::string& utf8) {
  return std::filesystem::path(std::u8string(utf8.begin(), utf8.end()));
}

std::string text_of(const std::filesystem::path& path) {
  const auto text = path.u8string();
  return {text.begin(), text.end()};
}

std::filesystem::path package_folder() {
  static const std::filesystem::path found = [] {
    const auto file = own_file();
    std::error_code failed;
    for (auto folder = file.parent_path(); folder.has_relative_path();
         folder = folder.parent_path())
      if (std::filesystem::exists(folder / "package-info.json", failed)) return folder;
    return file.parent_path();
  }();
  return found;
}

std::filesystem::path models_folder() {
  const auto folder = package_folder() / "models";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  return folder;
}

void* look_up(const char* name) {
#ifdef _WIN32
  for (const char* library : {"MaxAPI.dll", "Max.exe"})
    if (const HMODULE module = GetModuleHandleA(library))
      if (const auto address = GetProcAddress(module, name))
        return reinterpret_cast<void*>(address);
  return nullptr;
#else
  return dlsym(RTLD_DEFAULT, name);
#endif
}

}  // namespace maxmsp
