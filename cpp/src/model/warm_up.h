#pragma once

#include <memory>
#include <string>

#include "limited.h"
#include "loaded.h"

namespace nn {

struct WarmUp {
  std::string remark;  // a sentence: why the method failed; or empty
  double cost = 0;     // seconds, the slower of the runs after the compiler settled
};

// Runs a method on silence of the real shape, on a throw-away state, until TorchScript has
// compiled what it is going to compile. Never throws for what the model does.
WarmUp warm_up(const LoadedModel& model, const Method& method, const EngineOptions& options,
               Stage& stage);

// The sample rate as set_sample_rate takes it: a float where it says so, else truncated to int.
c10::IValue rate_argument(const torch::jit::Module& module, double sample_rate);

// One tensor [batch, in_channels, block / in_ratio] on the CPU.
at::Tensor input_tensor(const Method& method, const EngineOptions& options);

// What a method returned as float32 on the CPU, contiguous, in the order [batch, out_channels,
// block / out_ratio]. Throws nn::Error when it is something else.
at::Tensor checked_output(const c10::IValue& value, const Method& method,
                          const EngineOptions& options);

}  // namespace nn
