// A layer's matrix with its bias, packed as floats or as bytes: what recurrent networks multiply
// with, one row of each example at a time.
#pragma once

#include <vector>

#include "network.h"
#include "product.h"

namespace nn::accel {

// weight [outputs, inputs], bias [outputs]. scales [outputs] or null: every weight of row o is a
// whole number of scales[o], 127 of them at most, and is kept in 8 bits.
struct Dense {
  const float* weight = nullptr;
  const float* bias = nullptr;
  const float* scales = nullptr;
  int inputs = 0, outputs = 0;
};

class Matrix {
 public:
  // Control thread. Weights that are no such whole numbers are kept as floats.
  Matrix(Arena& arena, const Dense& dense, Precision precision);

  int inputs() const noexcept { return inputs_; }
  int outputs() const noexcept { return outputs_; }
  bool bytes() const noexcept { return !floats_; }
  double size() const noexcept { return size_; }  // bytes of weights that a row reads

  // x: rows of `inputs`, `x_row` apart; y: rows of `outputs`, y_row = padded() apart.
  void run(const float* x, ptrdiff_t x_row, int examples, float* y, float* scratch) const noexcept;
  int padded() const noexcept { return padded_; }
  size_t scratch(int examples) const noexcept;  // floats, 64-byte aligned
  // What an Arena must have for it.
  static size_t room(int inputs, int outputs);

 private:
  void pack(Arena& arena, const Dense& dense);

  int inputs_, outputs_, padded_ = 0;
  double size_ = 0;
  std::unique_ptr<Weights> floats_;
  std::vector<float> bias_, scales_;  // padded
  const int8_t* panels_ = nullptr;
};

}  // namespace nn::accel
