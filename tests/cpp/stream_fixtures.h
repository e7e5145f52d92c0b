// What the tests of streams share.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "emulator.h"
#include "fakes.h"

inline nn::StreamConfig config(int block, int vector, bool threaded, int channels = 1) {
  nn::StreamConfig c;
  c.timing = {block, vector, false, threaded};
  c.inputs = c.outputs = channels;
  c.sample_rate = 48000;
  if (threaded) c.pool = std::make_shared<nn::Pool>(0);
  return c;
}

// Runs a synchronous stream over `in` in portions given by `portion`.
template <typename Portion>
Planes<float> run(nn::Stream& stream, Planes<float>& in, int outputs, Portion&& portion) {
  const auto length = static_cast<int64_t>(in[0].size());
  Planes<float> out(outputs, length);
  for (int64_t at = 0; at < length;) {
    const auto n = static_cast<int>(std::min<int64_t>(portion(), length - at));
    stream.process(in.at(at).data(), out.at(at).data(), n);
    at += n;
  }
  return out;
}

inline float largest_step(const std::vector<float>& row, size_t from, size_t to) {
  float step = 0;
  for (size_t i = from + 1; i < to; ++i) step = std::max(step, std::abs(row[i] - row[i - 1]));
  return step;
}
