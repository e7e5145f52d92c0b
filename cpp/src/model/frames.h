// Between rows of samples, as hosts have them, and tensors of frames, as methods take them.
// Row c·batch + b holds channel c of example b.
#pragma once

#include <torch/script.h>

#include <memory>

#include "nn/contract.h"
#include "nn/model.h"

namespace nn {

// The memory of a method's input.
class InputFrames {
 public:
  InputFrames(const Method& method, const EngineOptions& options);

  // A tensor [batch, in_channels, block / in_ratio] of the rows. Decimation keeps the last sample
  // of each group: the newest one a control signal has.
  // The model may do to the tensor what it likes: resize it, give it other memory, keep it.
  at::Tensor gather(const float* const* in);

 private:
  const int batch_, channels_, ratio_, frames_, rows_;  // rows_: host channels per example
  std::shared_ptr<float[]> memory_;
};

// `from`: contiguous [batch, out_channels, block / out_ratio]. Each frame is held for out_ratio
// samples; rows that the method does not have are silent.
void scatter(const float* from, const Method& method, const EngineOptions& options,
             float* const* out);

}  // namespace nn
