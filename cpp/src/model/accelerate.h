// Puts a loaded module's layers on packed kernels, and makes sure that it still sounds the same.
#pragma once

#include <torch/script.h>

#include <functional>
#include <string>

#include "limited.h"
#include "mutation.h"
#include "nn/model.h"

namespace nn {

struct Acceleration {
  bool on = false;     // some layers run on packed kernels
  std::string remark;  // a sentence: why none does although some could; or empty
};

// What was loaded, as far as it can be played.
struct Playable {
  torch::jit::Module module;
  Mutations mutations;
};

// Replaces `loaded`, of which nothing has run, by an accelerated one; or leaves it and says why.
// again(): the same file loaded once more. Both run some blocks on throw-away states.
Acceleration accelerate(Playable& loaded, const Contract& contract, const LoadOptions& options,
                        const std::function<torch::jit::Module()>& again, Stage& stage);

}  // namespace nn
