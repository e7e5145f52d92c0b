// A whole piece of audio through a model: output aligned with input, constant memory.
#pragma once

#include <memory>
#include <vector>

#include "nn/stream.h"

namespace nn {

// The stream of the live objects with the model run in line, so that the output is bit-identical
// however the input is cut. One thread at a time.
class Offline {
 public:
  // `delay`: samples of the model's own latency, removed together with the stream's.
  Offline(std::shared_ptr<Engine> engine, int block, int inputs, int outputs, double sample_rate,
          int64_t delay);

  // n samples in; returns how many samples were written to `out` (at most n).
  int64_t process(const float* const* in, float* const* out, int64_t n);
  // What is still inside, at most `room` samples a call; 0 when everything has come out. In all,
  // as many samples come out as went in.
  int64_t finish(float* const* out, int64_t room);

  Stream& stream() noexcept { return stream_; }

 private:
  Stream stream_;
  int64_t skip_;      // samples of latency still to be thrown away
  int64_t owed_ = 0;  // samples taken in and not yet given out
  std::vector<float> silence_, spill_;
  std::vector<const float*> in_;
  std::vector<float*> out_;
};

}  // namespace nn
