#include "find_model.h"

#include <cstring>

#include "max.h"
#include "nn/error.h"

namespace maxmsp {
namespace {

// Max writes paths as `Macintosh HD:/folder/file` too.
std::filesystem::path native(const std::string& name) {
  char conformed[MAX_PATH_CHARS] = "";
  if (path_nameconform(name.c_str(), conformed, PATH_STYLE_NATIVE, PATH_TYPE_ABSOLUTE) == 0 &&
      *conformed)
    return path_of(conformed);
  return path_of(name);
}

}  // namespace

std::filesystem::path find_model(const std::string& name) {
  if (name.empty()) throw nn::Error("A model needs a name.");
  const bool complete = name.size() > 3 && name.ends_with(".ts");
  const std::string file = complete ? name : name + ".ts";
  if (file.size() >= MAX_PATH_CHARS / 2) throw nn::Error("A model's name cannot be that long.");
  std::error_code failed;
  const auto is_file = [&](const std::filesystem::path& path) {
    return std::filesystem::is_regular_file(path, failed);
  };

  const bool absolute =
      path_of(file).is_absolute() || (file.find(":/") != std::string::npos && file.find(":/") > 0);
  if (absolute) {
    for (const auto& path : {path_of(file), native(file)})
      if (is_file(path)) return path;
    throw nn::Error("There is no model '" + file + "'.");
  }
  const auto own = models_folder() / path_of(file);
  if (is_file(own)) return own;

  char found[MAX_PATH_CHARS] = "";
  std::strncpy(found, file.c_str(), MAX_PATH_CHARS - 1);
  short folder = 0;
  t_fourcc type = 0;
  if (locatefile_extended(found, &folder, &type, nullptr, 0) == 0) {
    char path[MAX_PATH_CHARS] = "";
    if (path_toabsolutesystempath(folder, found, path) == 0) {
      const auto there = native(path);
      if (is_file(there)) return there;
    }
  }
  throw nn::Error("There is no model '" + file + "' in '" + text_of(own.parent_path()) +
                  "' or on Max's search path.");
}

}  // namespace maxmsp
