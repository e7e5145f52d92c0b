// What a generator makes of its network's outputs, given random numbers.
#pragma once

#include <cstdint>

namespace nn::accel {

struct Draw {
  enum Kind : uint8_t {
    categorical,  // logits [classes] → the index of a class
    gaussian,     // [2, variables]: means, scales before their softplus
    mixture,      // [3, components, variables]: logits of the components, means, scales
  } kind = categorical;
  int count = 0;       // classes or variables
  int components = 1;  // of a mixture
  bool onehot = false;

  int outputs() const noexcept;  // of the network
  int values() const noexcept { return kind == categorical ? 1 : count; }
  // Random numbers for one draw: in (0, 1) for classes and components, then normal ones.
  int noise() const noexcept;
  int fed() const noexcept;  // inputs of the network that hold what was drawn
};

// Temperature 0 takes what is most likely. legacy: MTCRNN's, where it is the sharpness of the
// softplus of Gaussians.
struct Heat {
  float temperature = 1;
  bool legacy = false;
};

// outputs → values. scratch: as many floats as there are outputs.
void draw(const Draw& how, const float* outputs, const float* noise, Heat heat, float* values,
          float* scratch) noexcept;
// values → the network's next inputs.
void feed(const Draw& how, const float* values, float* inputs) noexcept;

}  // namespace nn::accel
