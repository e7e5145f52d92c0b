#include "pd.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#ifdef __APPLE__
#include <crt_externs.h>
#endif
#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace pd {
namespace {

template <typename Symbol>
Symbol look_up(const char* name) {
#ifdef _WIN32
  for (const char* library : {"pd.dll", "pd64.dll"})
    if (const HMODULE module = GetModuleHandleA(library))
      if (const auto address = GetProcAddress(module, name))
        return reinterpret_cast<Symbol>(reinterpret_cast<void*>(address));
  return nullptr;
#else
  return reinterpret_cast<Symbol>(dlsym(RTLD_DEFAULT, name));
#endif
}

using SetMultiout = void (*)(t_signal**, int);
SetMultiout set_multiout() {
  static const auto function = look_up<SetMultiout>("signal_setmultiout");
  return function;
}

bool started_with(const std::string& argument) {
#if defined(_WIN32)
  const std::string line = std::string(" ") + GetCommandLineA() + " ";
  return line.find(" " + argument + " ") != std::string::npos;
#elif defined(__APPLE__)
  for (int i = 1; i < *_NSGetArgc(); ++i)
    if (argument == (*_NSGetArgv())[i]) return true;
  return false;
#else
  std::ifstream line("/proc/self/cmdline");
  for (std::string one; std::getline(line, one, '\0');)
    if (one == argument) return true;
  return false;
#endif
}

const Signal* as_signal(const t_signal* signal) { return reinterpret_cast<const Signal*>(signal); }

}  // namespace

bool has_multichannel() { return set_multiout() != nullptr; }

int channels_of(const t_signal* signal) {
  return has_multichannel() ? as_signal(signal)->channels : 1;
}

double rate_of(const t_signal* signal) {
  const double rate = signal->s_sr;
  if (!has_multichannel()) return std::min<double>(rate, sys_getsr());
  return rate / std::max(as_signal(signal)->overlap, 1);
}

void set_channels(t_signal** signal, int channels) {
  if (has_multichannel()) set_multiout()(signal, channels);
}

bool in_batch() {
  static const bool batch = started_with("-batch");
  return batch;
}

bool audio_is_open() {
  static const auto function = look_up<int (*)()>("audio_isopen");
  return !in_batch() && (function == nullptr || function() != 0);
}

t_garray* find_array(t_symbol* name) {
  // A variable, and hosts that contain Pd may keep it to themselves.
  static const auto array_class = look_up<t_class**>("garray_class");
  if (array_class == nullptr) return nullptr;
  return reinterpret_cast<t_garray*>(pd_findbyclass(name, *array_class));
}

std::string version() {
  int major = 0, minor = 0, bugfix = 0;
  sys_getversion(&major, &minor, &bugfix);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(bugfix);
}

std::string own_folder() {
#ifdef _WIN32
  HMODULE module = nullptr;
  char path[MAX_PATH] = "";
  GetModuleHandleExA(
      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
      reinterpret_cast<LPCSTR>(&own_folder), &module);
  GetModuleFileNameA(module, path, MAX_PATH);
  return std::filesystem::path(path).parent_path().string();
#else
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0) return {};
  return std::filesystem::path(info.dli_fname).parent_path().string();
#endif
}

}  // namespace pd
