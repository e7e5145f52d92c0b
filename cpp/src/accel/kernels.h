// What one instruction set offers. Each is compiled in a file of its own; kernels.cpp chooses.
#pragma once

#include <cstddef>
#include <cstdint>

#include "product.h"

namespace nn::accel {

// A product with everything looked up.
struct Call {
  Geometry geometry;
  Precision precision = Precision::exact;
  int columns = 0;               // of a panel
  const std::byte* panels = {};  // the first one
  Rows rows;
  const Finish* finish = {};
  float* scratch = {};
  int begin = 0, end = 0;  // panels
};

// y[o] = bias[o] + scales[o] · step · Σ_i x[i] · w[o, i]; x, scales, bias and y have room for whole
// pairs and whole panels.
struct ByteCall {
  const int8_t* panels = {};
  const float* scales = {};
  const float* bias = {};
  const int16_t* x = {};
  int pairs = 0, outputs = 0;
  float step = 0;  // what 1 in x stands for
  float* y = {};
};

struct Kernels {
  const char* name;
  bool (*supported)() noexcept;
  bool bf16_dot;  // wants bf16 rows as bf16, otherwise as rounded floats
  int (*columns)(int outputs) noexcept;
  // Rows in a block of a panel that wide.
  int (*block_rows)(int columns) noexcept;
  void (*multiply)(const Call&) noexcept;
  void (*transpose)(const float* from, ptrdiff_t from_row, float* to, ptrdiff_t to_row, int rows,
                    int columns) noexcept;
  void (*leaky_relu)(const float* from, float* to, size_t count, float slope) noexcept;
  int byte_columns;  // of a panel of bytes
  void (*multiply_bytes)(const ByteCall&) noexcept;
  float (*peak)(const float* x, int count) noexcept;  // max |x|
  // to[i] = x[i] · factor, rounded to even, between −most and most; 0 for what is no number
  void (*shrink)(const float* x, int count, float factor, float most, int16_t* to) noexcept;
  // A GRU's h [n] after one step, from W_i x + b_i and W_h h + b_h [3 n], in torch's order r, z, n.
  void (*gates)(const float* a, const float* b, float* h, int n) noexcept;
  void (*tanh)(const float* from, float* to, int count) noexcept;
  // to[i] = exp((from[i] - top) · factor)
  void (*exp)(const float* from, float* to, int count, float top, float factor) noexcept;
};

// The one in use.
const Kernels& kernels() noexcept;

// Null where the compiler or the processor family does not have it.
const Kernels* avx3_bf16() noexcept;
const Kernels* avx3() noexcept;
const Kernels* avx2() noexcept;
const Kernels* neon() noexcept;
const Kernels* base() noexcept;

// From how many blocks of rows on 16-bit panels are unpacked first, once for all blocks.
inline constexpr int unpack_blocks = 2;

// Bytes that one column of a panel takes.
inline size_t column_bytes(Geometry g, Precision precision) noexcept {
  return size_t(g.taps) * g.inputs * (precision == Precision::exact ? 4 : 2);
}

inline size_t round_up(size_t n, size_t to) noexcept { return (n + to - 1) / to * to; }

}  // namespace nn::accel
