#include "draw.h"

#include <algorithm>
#include <cmath>

#include "kernels.h"

namespace nn::accel {
namespace {

constexpr float kFloor = 1e-3f;  // smallest deviation, as nn_tilde.mtcrnn.sampling has it

constexpr float kCold = 1e-6f;  // below, a temperature is none, there as well

// As torch's: beyond 20 a softplus is its input.
float softplus(float x, float beta = 1) {
  return x * beta > 20 ? x : std::log1p(std::exp(x * beta)) / beta;
}

// The first class whose share of the sum, with those before it, exceeds u.
int choose(const float* logits, int classes, float temperature, float u, float* scratch) {
  const float* const top = std::max_element(logits, logits + classes);
  if (temperature < kCold) return static_cast<int>(top - logits);
  kernels().exp(logits, scratch, classes, *top, 1 / temperature);
  double total = 0;
  for (int i = 0; i < classes; ++i) total += scratch[i];
  const double wanted = double(u) * total;
  double sum = 0;
  for (int i = 0; i < classes; ++i)
    if ((sum += scratch[i]) > wanted) return i;
  return classes - 1;
}

}  // namespace

int Draw::outputs() const noexcept {
  return kind == categorical ? count : kind == gaussian ? 2 * count : 3 * components * count;
}

int Draw::noise() const noexcept {
  return kind == categorical ? 1 : kind == gaussian ? count : 2 * count;
}

int Draw::fed() const noexcept { return kind == categorical && !onehot ? 1 : count; }

void draw(const Draw& how, const float* outputs, const float* noise, Heat heat, float* values,
          float* scratch) noexcept {
  const int n = how.count;
  const float t = heat.temperature;
  if (how.kind == Draw::categorical) {
    values[0] = static_cast<float>(choose(outputs, n, t, noise[0], scratch));
  } else if (how.kind == Draw::gaussian) {
    for (int v = 0; v < n; ++v) {
      const float s = outputs[n + v];
      const float deviation = heat.legacy ? softplus(s, t) : (softplus(s) + kFloor) * t;
      values[v] = outputs[v] + deviation * noise[v];
    }
  } else {
    const int k = how.components;
    const float hot = heat.legacy ? 1 : t;
    for (int v = 0; v < n; ++v) {
      float* const logits = scratch;  // of this variable
      for (int c = 0; c < k; ++c) logits[c] = outputs[c * n + v];
      const int chosen = choose(logits, k, hot, noise[v], scratch + k);
      const float mean = outputs[(k + chosen) * n + v], s = outputs[(2 * k + chosen) * n + v];
      values[v] = mean + hot * (softplus(s) + kFloor) * noise[n + v];
    }
  }
}

void feed(const Draw& how, const float* values, float* inputs) noexcept {
  if (how.kind != Draw::categorical) {
    std::copy(values, values + how.count, inputs);
  } else if (how.onehot) {
    std::fill(inputs, inputs + how.count, 0.f);
    const int chosen = static_cast<int>(values[0]);
    if (chosen >= 0 && chosen < how.count) inputs[chosen] = 1;
  } else {
    inputs[0] = values[0] / static_cast<float>(how.count);
  }
}

}  // namespace nn::accel
