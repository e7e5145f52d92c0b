#include "matrix.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "kernels.h"

namespace nn::accel {
namespace {

constexpr int kMostByte = 127;

// The largest number of a row of so many whose products with bytes add up in 32 bits, and which is
// itself one of 16.
float byte_peak(int inputs) {
  return static_cast<float>(std::min(32767, 0x7fffffff / (kMostByte * inputs)));
}

bool whole(const Dense& d) {
  for (int o = 0; o < d.outputs; ++o) {
    if (!std::isfinite(d.scales[o])) return false;
    for (int i = 0; i < d.inputs; ++i) {
      const float w = d.weight[ptrdiff_t(o) * d.inputs + i], steps = w / d.scales[o];
      if (w == 0) continue;
      // Rounded twice: when the weight was made of the steps, and here.
      if (!(std::fabs(steps) < kMostByte + 0.5f) ||
          std::fabs(steps - std::nearbyint(steps)) > 1e-4f)
        return false;
    }
  }
  return true;
}

}  // namespace

Matrix::Matrix(Arena& arena, const Dense& d, Precision precision)
    : inputs_(d.inputs), outputs_(d.outputs) {
  if (d.inputs < 1 || d.outputs < 1) throw std::invalid_argument("a matrix without numbers");
  if (d.scales && d.inputs < 1 << 16 && whole(d)) {
    pack(arena, d);
    return;
  }
  padded_ = outputs_;
  floats_ = std::make_unique<Weights>(arena, Geometry{1, inputs_, outputs_},
                                      Source{d.weight, 0, 1, inputs_}, precision);
  bias_.assign(d.bias, d.bias + outputs_);
  size_ = static_cast<double>(floats_->bytes());
}

void Matrix::pack(Arena& arena, const Dense& d) {
  const int columns = kernels().byte_columns, pairs = (inputs_ + 1) / 2;
  padded_ = (outputs_ + columns - 1) / columns * columns;
  const auto size = size_t(padded_) * pairs * 2;
  auto* to = static_cast<int8_t*>(arena.take(size));
  panels_ = to;
  size_ = static_cast<double>(size);
  for (int first = 0; first < padded_; first += columns)
    for (int i = 0; i < 2 * pairs; i += 2)
      for (int c = first; c < first + columns; ++c)
        for (int j = i; j < i + 2; ++j) {
          const bool there = c < outputs_ && j < inputs_ && d.scales[c] != 0;
          const float w = there ? d.weight[ptrdiff_t(c) * inputs_ + j] / d.scales[c] : 0;
          *to++ = static_cast<int8_t>(std::nearbyint(w));
        }
  bias_.assign(size_t(padded_), 0);
  scales_.assign(size_t(padded_), 0);
  std::copy(d.bias, d.bias + outputs_, bias_.begin());
  std::copy(d.scales, d.scales + outputs_, scales_.begin());
}

size_t Matrix::room(int inputs, int outputs) {
  const auto columns = size_t(kernels().byte_columns);
  return std::max(Weights::room({1, inputs, outputs}, Precision::exact),
                  (size_t(outputs) + columns) * (size_t(inputs) + 1));
}

size_t Matrix::scratch(int examples) const noexcept {
  if (floats_) {
    const Rows rows{nullptr, inputs_, inputs_, examples};
    return scratch_floats(*floats_, rows);
  }
  return (size_t(inputs_) + 1) / 2;  // 16-bit pairs
}

void Matrix::run(const float* x, ptrdiff_t x_row, int examples, float* y,
                 float* scratch) const noexcept {
  if (floats_) {
    Finish finish;
    finish.bias = bias_.data();
    finish.y = {y, padded_};
    multiply(*floats_, Rows{x, x_row, inputs_, examples}, finish, scratch);
    return;
  }
  const auto& k = kernels();
  auto* const small = reinterpret_cast<int16_t*>(scratch);
  ByteCall call;
  call.panels = panels_;
  call.scales = scales_.data();
  call.bias = bias_.data();
  call.x = small;
  call.pairs = (inputs_ + 1) / 2;
  call.outputs = outputs_;
  for (int b = 0; b < examples; ++b, x += x_row, y += padded_) {
    const float peak = k.peak(x, inputs_), most = byte_peak(inputs_);
    // Nothing to hear, or nothing that numbers can say.
    const bool plain = peak > 1e-30f && peak < 1e30f;
    k.shrink(x, inputs_, plain ? most / peak : 0, most, small);
    if (inputs_ % 2) small[inputs_] = 0;
    call.step = plain ? peak / most : 0;
    call.y = y;
    k.multiply_bytes(call);
  }
}

}  // namespace nn::accel
