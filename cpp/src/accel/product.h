// Products of the few rows of a live block with packed weights: what every convolution becomes.
//
// y[r, o] = bias[o] + Σ_j Σ_i x[r, j, i] · w[j, i, o]      (j: tap, i: input channel)
//
// Frames lie in memory one after the other, [T, C]. The taps of an output frame are offsets from
// its first input frame, so that nothing is gathered: a convolution with stride s and dilation d
// over C channels reads x[r, j, i] at first + r·s·C + j·d·C + i.
//
// No torch here. Every function may run on any number of threads at once, takes no lock and
// allocates nothing, but for constructors.
#pragma once

#include <cstddef>
#include <memory>

#include "arena.h"
#include "nn/precision.h"

namespace nn::accel {

struct Geometry {
  int taps = 1, inputs = 0, outputs = 0;
};

// Where the numbers of w[j, i, o] are: data[j·tap + i·input + o·output].
struct Source {
  const float* data = nullptr;
  ptrdiff_t tap = 0, input = 0, output = 0;
};

// Weights in panels of some output columns each, in the order in which a product reads them.
// Immutable once made. The panels lie in the arena, which must outlive them.
class Weights {
 public:
  // Control thread. `half` and `bf16` become `exact` where a weight does not fit the type (fp16
  // beyond ±65504) or the layout (bf16 wants an even number of inputs): see precision().
  Weights(Arena& arena, Geometry geometry, Source source, Precision precision);

  const Geometry& geometry() const noexcept { return geometry_; }
  Precision precision() const noexcept { return precision_; }
  int panels() const noexcept { return panels_; }
  int panel_columns() const noexcept { return columns_; }
  size_t bytes() const noexcept { return bytes_; }  // of all panels
  const void* data() const noexcept { return data_; }
  // The bytes that `Weights` of this geometry may take from an arena, padding included.
  static size_t room(Geometry geometry, Precision precision);

 private:
  Geometry geometry_;
  Precision precision_;
  int panels_ = 0, columns_ = 0;
  size_t bytes_ = 0;
  void* data_ = nullptr;
};

// Row r of example b begins at first + b·batch + r·row; its tap j is j·tap further. In floats.
struct Rows {
  const float* first = nullptr;
  ptrdiff_t row = 0, tap = 0;
  int count = 0;  // per example
  int examples = 1;
  ptrdiff_t batch = 0;
};

// Where row r of example b goes: first + b·batch + r·row. Null: nowhere.
struct Target {
  float* first = nullptr;
  ptrdiff_t row = 0, batch = 0;
};

// What becomes of a sum: y = sum + bias + add, stored; and leaky = y > 0 ? y : slope·y, stored.
struct Finish {
  const float* bias = nullptr;  // [outputs]
  Target y;
  Target add;    // read only: may be the same memory as y
  Target leaky;  // may be the same memory as y, which is then not stored
  float slope = 1;
};

// Floats of scratch that a product wants (bf16 copies of the rows, unpacked fp16 panels); the
// memory must be aligned to 64 bytes and not be shared between threads.
size_t scratch_floats(const Weights& weights, const Rows& rows);

// Columns of panels `begin` to `end` (−1: all). The order of the additions that make one number
// depends neither on how many rows or examples there are nor on how the panels are split.
void multiply(const Weights& weights, const Rows& rows, const Finish& finish, float* scratch,
              int begin = 0, int end = -1) noexcept;

// to[c·to_row + r] = from[r·from_row + c]; the two do not overlap.
void transpose(const float* from, ptrdiff_t from_row, float* to, ptrdiff_t to_row, int rows,
               int columns) noexcept;

// to[i] = from[i] > 0 ? from[i] : slope · from[i]; may be in place.
void leaky_relu(const float* from, float* to, size_t count, float slope) noexcept;

// The instruction sets compiled in that this processor has, best first: "AVX3_ZEN4", "AVX3",
// "AVX2", "NEON", "EMU128", …; and which is in use.
const char* const* targets() noexcept;  // ends with null
const char* target() noexcept;
// For tests, with no other thread inside: null for the best. False for one that is not there.
// Packed weights stay valid for the target they were packed for only.
bool use_target(const char* name) noexcept;

}  // namespace nn::accel
