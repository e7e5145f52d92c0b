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
