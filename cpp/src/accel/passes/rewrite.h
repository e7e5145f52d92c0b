// The methods of a loaded module, rewritten so that their layers run on packed kernels.
#pragma once

#include <torch/script.h>

#include <functional>
#include <set>
#include <string>

#include "nn/precision.h"

namespace nn::accel {

struct Rewritten {
  int networks = 0, layers = 0;  // whole networks at once, and single layers besides
  int generators = 0;            // networks that hear what they made; compared already
  std::set<std::string> caches;  // buffers that networks write to, as paths "sub.module.name"
};

// Whether there is anything in its code that might be put on kernels. Reads only.
bool worth_a_look(const torch::jit::Module& module);

// Before anything of `module` has run; nothing else may hold its graphs. may_write(path): whether
// the module's code writes to a tensor. networks false: single layers only. The weights that are
// packed give their memory back: whatever else reads them later gets a c10::Error. Throws for what
// it cannot do, and leaves the module useless then.
Rewritten put_on_kernels(torch::jit::Module& module, Precision precision, bool networks,
                         const std::function<bool(const std::string&)>& may_write);

}  // namespace nn::accel
