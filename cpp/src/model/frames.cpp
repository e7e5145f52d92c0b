#include "frames.h"

#include <algorithm>
#include <cmath>

namespace nn {

InputFrames::InputFrames(const Method& method, const EngineOptions& options)
    : batch_(options.batch),
      channels_(method.in_channels),
      ratio_(method.in_ratio),
      frames_(options.block / method.in_ratio),
      rows_(options.inputs) {}

at::Tensor InputFrames::gather(const float* const* in) {
  // A model that has kept the last input, or a view of it, holds its memory: then that is its own.
  if (!memory_ || memory_.use_count() > 1)
    memory_ = std::shared_ptr<float[]>(
        new float[static_cast<size_t>(batch_) * static_cast<size_t>(channels_) *
                  static_cast<size_t>(frames_)]);
  float* to = memory_.get();
  for (int b = 0; b < batch_; ++b)
    for (int c = 0; c < channels_; ++c, to += frames_) {
      if (c >= rows_) {
        std::fill_n(to, frames_, 0.0f);
        continue;
      }
      const float* from = in[c * batch_ + b];
      // What is not a number is silence: in a model with feedback it would stay for ever.
      for (int i = 0; i < frames_; ++i) {
        const float x = from[i * ratio_ + ratio_ - 1];
        to[i] = std::isfinite(x) ? x : 0.0f;
      }
    }
  return torch::from_blob(
      memory_.get(), {batch_, channels_, frames_}, [held = memory_](void*) {}, torch::kFloat32);
}

void scatter(const float* from, const Method& method, const EngineOptions& options,
             float* const* out) {
  const int batch = options.batch, ratio = method.out_ratio, frames = options.block / ratio;
  for (int b = 0; b < batch; ++b)
    for (int c = 0; c < options.outputs; ++c) {
      float* to = out[c * batch + b];
      if (c >= method.out_channels) {
        std::fill_n(to, options.block, 0.0f);
        continue;
      }
      const float* row = from + (static_cast<int64_t>(b) * method.out_channels + c) * frames;
      if (ratio == 1)
        std::copy_n(row, frames, to);
      else
        for (int i = 0; i < frames; ++i) std::fill_n(to + int64_t{i} * ratio, ratio, row[i]);
    }
}

}  // namespace nn
