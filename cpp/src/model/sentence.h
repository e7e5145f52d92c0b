#pragma once

#include <exception>
#include <string>

namespace nn {

// What a musician needs of a torch exception: its last "Error: …" line, without traces and noise.
std::string sentence(const std::exception& e);

}  // namespace nn
