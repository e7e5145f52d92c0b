#pragma once

#include <torch/script.h>

#include <string>

#include "nn/contract.h"

namespace nn {

// Whether the module has a scripted method of that name, exposed or not.
bool has_scripted(const torch::jit::Module& module, const std::string& name);

// Methods, attributes, buffers and labels of a loaded module, whichever generation wrote it.
// Throws nn::Error when nothing in it can be played.
Contract read_contract(torch::jit::Module& module);

}  // namespace nn
