// How exactly accelerated layers compute.
#pragma once

#include <cstdint>
#include <string>

namespace nn {

enum class Precision : uint8_t {
  exact,  // 32-bit weights and arithmetic: the plain module's samples, but for rounding
  half,   // weights in 16 bits (fp16), arithmetic in 32: about 60 dB between signal and error
  bf16,   // weights and activations in bfloat16, sums in 32 bits: about 40 dB
};

// "exact", "half", "bf16". The first throws nn::Error with a sentence for any other name.
Precision precision_from(const std::string& name);
const char* name_of(Precision precision) noexcept;

// What objects begin with that are told nothing else: accelerated and exact, unless the environment
// says NN_TILDE_ACCELERATE=0 or NN_TILDE_PRECISION=half. Read once per process.
struct AccelerationDefaults {
  bool accelerate = true;
  Precision precision = Precision::exact;
  std::string remark;  // a sentence: what the environment says that means nothing; or empty
};
const AccelerationDefaults& acceleration_defaults() noexcept;

}  // namespace nn
