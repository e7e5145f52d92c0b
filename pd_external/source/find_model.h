#pragma once

#include <filesystem>
#include <string>

#include "pd.h"

namespace pd {

// The model file `name`, `.ts` added where it is missing: an absolute path, or a file in the
// folder of the patch, on the paths the patch declares, on Pd's search path, or in the folder
// models/ beside this external. Throws nn::Error. Pd's thread.
std::filesystem::path find_model(t_canvas* canvas, const std::string& name);

// Where downloaded models go: the folder of the patch.
std::filesystem::path patch_folder(t_canvas* canvas);

}  // namespace pd
