#include "find_model.h"

#include "nn/error.h"

namespace pd {

std::filesystem::path patch_folder(t_canvas* canvas) { return canvas_getdir(canvas)->s_name; }

std::filesystem::path find_model(t_canvas* canvas, const std::string& name) {
  if (name.empty()) throw nn::Error("A model needs a name.");
  const bool complete = name.size() > 3 && name.ends_with(".ts");
  const std::string file = complete ? name : name + ".ts";
  if (file.size() >= MAXPDSTRING / 2) throw nn::Error("A model's name cannot be that long.");

  char folder[MAXPDSTRING] = "", *found = nullptr;
  const int handle = canvas_open(canvas, file.c_str(), "", folder, &found, MAXPDSTRING, 1);
  if (handle >= 0) {
    sys_close(handle);
    return std::filesystem::path(folder) / found;
  }
  const auto own = std::filesystem::path(own_folder()) / "models" / file;
  std::error_code failed;
  if (std::filesystem::is_regular_file(own, failed)) return own;
  throw nn::Error("There is no model '" + file +
                  "' beside the patch, on Pd's search paths or in '" + own.parent_path().string() +
                  "'.");
}

}  // namespace pd
