// Where models are: absolute paths, the package's folder `models`, then Max's search path.
#pragma once

#include <filesystem>
#include <string>

namespace maxmsp {

// `.ts` may be left out. Throws nn::Error.
std::filesystem::path find_model(const std::string& name);

}  // namespace maxmsp
