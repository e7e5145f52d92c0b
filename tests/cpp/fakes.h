// Engines without a model, and small helpers the stream tests share.
#pragma once

#include <atomic>
#include <functional>
#include <random>
#include <stdexcept>
#include <vector>

#include "nn/engine.h"

// out[c][i] = f(in)…: by default the input channel of the same number, or silence.
struct FakeEngine : nn::Engine {
  FakeEngine(int ins, int outs, int n) : inputs(ins), outputs(outs), block(n) {}

  void run(const float* const* in, float* const* out) override {
    ++calls;
    if (before) before();
    for (int c = 0; c < outputs; ++c)
      for (int i = 0; i < block; ++i) out[c][i] = c < inputs ? in[c][i] * gain : 0.0f;
    if (after) after(in, out);
  }

  int inputs, outputs, block;
  float gain = 1;
  std::atomic<int64_t> calls{0};
  std::function<void()> before;
  std::function<void(const float* const*, float* const*)> after;
};

// Planar audio with row pointers.
template <typename Sample = float>
struct Planes {
  Planes(int channels, int64_t samples)
      : data(static_cast<size_t>(channels), std::vector<Sample>(static_cast<size_t>(samples))) {}
  std::vector<Sample*> at(int64_t offset) {
    std::vector<Sample*> rows;
    for (auto& row : data) rows.push_back(row.data() + offset);
    return rows;
  }
  std::vector<Sample>& operator[](int channel) { return data[static_cast<size_t>(channel)]; }
  std::vector<std::vector<Sample>> data;
};

inline Planes<float> noise(int channels, int64_t samples, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> value(-1, 1);
  Planes<float> planes(channels, samples);
  for (auto& row : planes.data)
    for (float& x : row) x = value(random);
  return planes;
}
