// What the rewritten graphs call: stateless operators with the schemas of those they replace, and
// a whole network at once.
#pragma once

#include <torch/script.h>

#include <string>

#include "../network.h"
#include "packing.h"

namespace nn::accel {

// nn_tilde::conv1d and so on take a weight that carries a PackedWeight, or an ordinary one, for
// which they do what aten's do.
inline constexpr const char* kNamespace = "nn_tilde::";

struct NetworkProgram {
  Network network;
  bool channel_major = false;     // frames come and go as [B, C, T]
  std::shared_ptr<Arena> memory;  // where the weights lie
};

// The constant that nn_tilde::network(x, caches, program) takes.
at::Tensor program_tensor(std::shared_ptr<NetworkProgram> program);

// What the operators of this thread have read and computed since it was last set to zero.
struct Tally {
  double bytes = 0;       // of packed weights
  double operations = 0;  // multiplications and additions
};
Tally& tally() noexcept;

}  // namespace nn::accel
