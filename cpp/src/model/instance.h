#pragma once

#include <torch/script.h>

#include "mutation.h"

namespace nn {

// A module with its own state: tensors the code may write to are copied, the others shared.
torch::jit::Module own_state(const torch::jit::Module& module, const Mutations& mutations);

}  // namespace nn
