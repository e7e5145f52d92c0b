// What a stream runs: a model with its own state, seen as a function of fixed-size blocks.
#pragma once

namespace nn {

class Engine {
 public:
  virtual ~Engine() = default;

  // One block: `inputs` pointers to N samples each in, `outputs` pointers to N samples to fill.
  // Called by one thread at a time, never twice at once, and between two calls any command posted
  // to the stream. Any exception, or a value that is not finite in `out`, makes this block silent.
  virtual void run(const float* const* in, float* const* out) = 0;
};

}  // namespace nn
