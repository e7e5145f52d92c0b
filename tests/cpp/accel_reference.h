// Products computed plainly in double precision, and random ones to compare with them.
#pragma once

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "arena.h"
#include "half.h"
#include "product.h"

using nn::Precision;
using namespace nn::accel;

inline std::vector<std::string> all_targets() {
  std::vector<std::string> all;
  for (auto t = targets(); *t; ++t) all.emplace_back(*t);
  return all;
}

// Back to the best one, whatever happens.
struct Using {
  explicit Using(const std::string& name) { REQUIRE(use_target(name.c_str())); }
  ~Using() { use_target(nullptr); }
};

inline const char* precision_name(Precision p) {
  return p == Precision::exact ? "exact" : p == Precision::half ? "half" : "bf16";
}

inline float bf16(float x) { return std::bit_cast<float>(uint32_t(to_bf16(x)) << 16); }

// Aligned, of exactly this size: a sanitizer sees the byte before and the byte after.
class Floats {
 public:
  explicit Floats(size_t size) : size_(size) {
    data_ = size ? static_cast<float*>(::operator new(size * 4, std::align_val_t(64))) : nullptr;
    for (size_t i = 0; i < size; ++i) data_[i] = NAN;
  }
  Floats(Floats&& other) noexcept : data_(other.data_), size_(other.size_) {
    other.data_ = nullptr;
  }
  ~Floats() {
    if (data_) ::operator delete(data_, std::align_val_t(64));
  }
  float* data() { return data_; }
  size_t size() const { return size_; }
  float& operator[](size_t i) { return data_[i]; }

 private:
  float* data_;
  size_t size_;
};

struct Shape {
  int taps = 1, inputs = 1, outputs = 1, rows = 1, stride = 1, dilation = 1, examples = 1;
};

// A convolution of the last `rows` frames, its input ending where its memory ends.
struct Problem {
  Shape s;
  std::vector<float> w, bias, add;
  Floats x;
  Rows rows;
  Arena arena;
  Weights weights;

  Problem(Shape shape, Precision precision, unsigned seed = 1, float scale = 1)
      : s(shape),
        w(random(size_t(s.taps) * s.inputs * s.outputs, seed, scale)),
        bias(random(s.outputs, seed + 1)),
        add(random(size_t(s.outputs) * s.rows * s.examples, seed + 2)),
        x(size_t(frames()) * s.inputs * s.examples),
        arena(Weights::room({s.taps, s.inputs, s.outputs}, precision)),
        weights(arena, {s.taps, s.inputs, s.outputs}, source(), precision) {
    const auto numbers = random(x.size(), seed + 3);
    for (size_t i = 0; i < x.size(); ++i) x[i] = numbers[i];
    rows = {x.data(),   ptrdiff_t(s.stride) * s.inputs, ptrdiff_t(s.dilation) * s.inputs, s.rows,
            s.examples, ptrdiff_t(frames()) * s.inputs};
  }

  static std::vector<float> random(size_t n, unsigned seed, float scale = 1) {
    std::minstd_rand engine(seed * 7919 + 1);
    std::vector<float> all(n);
    for (auto& v : all) v = scale * (float(engine()) / float(engine.max()) * 2 - 1);
    return all;
  }
  int frames() const { return (s.rows - 1) * s.stride + (s.taps - 1) * s.dilation + 1; }
  Source source() const { return {w.data(), ptrdiff_t(s.inputs) * s.outputs, s.outputs, 1}; }
  // The sum and, for the tolerance, the sum of sizes.
  std::pair<double, double> sum(int b, int r, int o) {
    double value = 0, size = 0;
    const bool rounded = weights.precision() == Precision::bf16;
    for (int j = 0; j < s.taps; ++j)
      for (int i = 0; i < s.inputs; ++i) {
        const float n = rows.first[b * rows.batch + r * rows.row + j * rows.tap + i];
        const float v = w[(size_t(j) * s.inputs + i) * s.outputs + o];
        const double product = double(rounded ? bf16(n) : n) * (rounded ? bf16(v) : v);
        value += product, size += std::fabs(product);
      }
    return {value, size};
  }
  // Of the arithmetic and, for `half`, of the weights; those of bf16 are rounded in sum() already.
  double tolerance(double size) const {
    const double k = double(s.taps) * s.inputs;
    return size *
           (1.2e-7 * (2 + std::sqrt(k)) + (weights.precision() == Precision::half ? 4.9e-4 : 0));
  }

  Floats multiply(int begin = 0, int end = -1) { return multiply(rows, begin, end); }
  // Without anything but y, rows side by side.
  Floats multiply(const Rows& given, int begin = 0, int end = -1) {
    Floats y(size_t(given.count) * given.examples * s.outputs);
    Finish f;
    f.y = {y.data(), s.outputs, ptrdiff_t(given.count) * s.outputs};
    run(given, f, begin, end);
    return y;
  }
  void run(const Rows& given, const Finish& f, int begin = 0, int end = -1) {
    Floats scratch(scratch_floats(weights, given));
    nn::accel::multiply(weights, given, f, scratch.data(), begin, end);
  }
};

inline bool same_bits(const float* a, const float* b, size_t n) {
  return n == 0 || std::memcmp(a, b, n * sizeof(float)) == 0;
}
