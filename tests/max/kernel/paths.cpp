// The search path, path ids, and files that are dropped onto a box.
#include <algorithm>
#include <cstring>
#include <filesystem>

#include "internal.h"

namespace fs = std::filesystem;

namespace max_kernel {

namespace {

struct Paths {
  std::mutex mutex;
  std::vector<std::string> searched;
  std::vector<std::string> ids;  // a path id is its place and one
};

Paths& state() {
  static auto* const p = new Paths;
  return *p;
}

short id_of(const std::string& folder) {
  auto& p = state();
  std::lock_guard lock(p.mutex);
  const auto found = std::find(p.ids.begin(), p.ids.end(), folder);
  if (found != p.ids.end()) return short(found - p.ids.begin() + 1);
  p.ids.push_back(folder);
  return short(p.ids.size());
}

// Four characters that Max knows an extension by; 0 for those it does not know.
t_fourcc type_of(const std::string& name) {
  static const std::map<std::string, const char*> types{
      {".json", "JSON"}, {".txt", "TEXT"}, {".maxpat", "JSON"}, {".maxhelp", "JSON"},
      {".wav", "WAVE"},  {".aif", "AIFF"}, {".aiff", "AIFF"},   {".flac", "FLAC"},
      {".js", "TEXT"},   {".mp3", "Mp3 "}};
  const auto found = types.find(fs::path(name).extension().string());
  if (found == types.end()) return 0;
  t_fourcc code = 0;
  for (int i = 0; i < 4; ++i) code = code << 8 | static_cast<unsigned char>(found->second[i]);
  return code;
}

void copy(char* to, const std::string& from, size_t room) {
  std::strncpy(to, from.c_str(), room - 1);
  to[room - 1] = '\0';
}

}  // namespace

void add_search_path(const std::string& folder) {
  auto& p = state();
  std::lock_guard lock(p.mutex);
  p.searched.push_back(fs::absolute(folder).lexically_normal().string());
}

std::optional<std::string> find_file(const std::string& name) {
  if (fs::path(name).is_absolute())
    return fs::is_regular_file(name) ? std::optional(name) : std::nullopt;
  std::vector<std::string> folders;
  {
    std::lock_guard lock(state().mutex);
    folders = state().searched;
  }
  std::error_code ignored;
  for (const auto& folder : folders) {
    if (fs::is_regular_file(fs::path(folder) / name, ignored))
      return (fs::path(folder) / name).string();
    for (const auto& entry : fs::recursive_directory_iterator(folder, ignored))
      if (entry.path().filename() == name && entry.is_regular_file(ignored))
        return entry.path().string();
  }
  return std::nullopt;
}

void clear_paths() {
  std::lock_guard lock(state().mutex);
  state().searched.clear();
  state().ids.clear();
}

bool drop_file(Object* object, const std::string& path, const std::vector<std::string>& roles,
               bool locked) {
  auto* const selector = gensym(locked ? "acceptsdrag_locked" : "acceptsdrag_unlocked");
  const auto accepts = object_getmethod(object, selector);
  if (!accepts) return false;
  Drag drag{};
  drag.roles = roles;
  using Accepts = long (*)(void*, t_object*, t_object*);
  if (!reinterpret_cast<Accepts>(reinterpret_cast<void*>(accepts))(object, &drag, nullptr))
    return false;
  bool sent = !drag.receivers.empty();
  for (const auto& [receiver, message] : drag.receivers)
    sent = send_atoms(receiver, message->s_name, {path}) && sent;
  return sent;
}

}  // namespace max_kernel

using namespace max_kernel;

extern "C" {

short locatefile_extended(char* name, short* outvol, t_fourcc* outtype,
                          const t_fourcc* filetypelist, short numtypes) {
  const auto found = find_file(name);
  if (!found) return 1;
  const auto type = type_of(*found);
  if (numtypes > 0 &&
      std::find(filetypelist, filetypelist + numtypes, type) == filetypelist + numtypes)
    return 1;
  const fs::path path(*found);
  *outvol = id_of(path.parent_path().string());
  *outtype = type;
  copy(name, path.filename().string(), MAX_PATH_CHARS);
  return 0;
}

short path_toabsolutesystempath(short in_path, const char* in_filename, char* out_filename) {
  std::string folder;
  {
    std::lock_guard lock(state().mutex);
    if (in_path < 1 || in_path > short(state().ids.size())) return 1;
    folder = state().ids[size_t(in_path - 1)];
  }
  copy(out_filename, (fs::path(folder) / in_filename).string(), MAX_PATH_CHARS);
  return 0;
}

short path_frompathname(const char* name, short* path, char* filename) {
  const fs::path whole(name);
  if (!fs::is_directory(whole.parent_path())) return 1;
  *path = id_of(whole.parent_path().string());
  copy(filename, whole.filename().string(), MAX_FILENAME_CHARS);
  return 0;
}

// Here every style is that of slashes; of a name with a drive ("Macintosh HD:/Users") what follows
// the colon is the path.
short path_nameconform(const char* src, char* dst, long, long) {
  const char* const colon = std::strstr(src, ":/");
  copy(dst, colon ? colon + 1 : src, MAX_PATH_CHARS);
  return 0;
}

long jdrag_matchdragrole(t_object* dx, t_symbol* role, long) {
  const auto& roles = static_cast<Drag*>(dx)->roles;
  return std::find(roles.begin(), roles.end(), role->s_name) != roles.end();
}

void jdrag_object_add(t_object* dg, t_object* obj, t_symbol* msg) {
  static_cast<Drag*>(dg)->receivers.emplace_back(obj, msg);
}
}
