// Packing. A panel holds, for every k = j·inputs + i in turn, the weights of its columns; those of
// bf16 in pairs of k. The last panel is filled up with zeros.
#include <cmath>
#include <stdexcept>

#include "half.h"
#include "kernels.h"

namespace nn::accel {
namespace {

float weight(const Source& s, int j, int i, int o) {
  return s.data[j * s.tap + i * s.input + o * s.output];
}

bool fits(const Geometry& g, const Source& s, Precision precision) {
  if (precision == Precision::exact) return true;
  if (precision == Precision::bf16 && g.inputs % 2) return false;
  // The largest number that bf16 does not round to infinity.
  const float most = precision == Precision::half ? fp16_max : 0x1.fefffep127f;
  bool all = true;
  // Some outputs at a time: neither they nor the inputs need be side by side in memory.
  for (int first = 0; first < g.outputs; first += 16)
    for (int j = 0; j < g.taps; ++j)
      for (int i = 0; i < g.inputs; ++i)
        for (int o = first; o < first + 16 && o < g.outputs; ++o)
          all &= std::fabs(weight(s, j, i, o)) <= most;
  return all;
}

template <typename Number, typename Convert>
void pack(Number* to, const Geometry& g, const Source& s, int columns, int group, Convert convert) {
  for (int first = 0; first < g.outputs; first += columns) {
    const int count = g.outputs - first < columns ? g.outputs - first : columns;
    for (int j = 0; j < g.taps; ++j)
      for (int i = 0; i < g.inputs; i += group, to += ptrdiff_t(columns) * group)
        for (int c = 0; c < count; ++c)
          for (int q = 0; q < group; ++q)
            to[c * group + q] = convert(weight(s, j, i + q, first + c));
  }
}

}  // namespace

Weights::Weights(Arena& arena, Geometry geometry, Source source, Precision precision)
    : geometry_(geometry), precision_(precision) {
  if (geometry.taps < 1 || geometry.inputs < 1 || geometry.outputs < 1)
    throw std::invalid_argument("A product needs taps, inputs and outputs.");
  if (!fits(geometry, source, precision)) precision_ = Precision::exact;
  columns_ = kernels().columns(geometry.outputs);
  panels_ = (geometry.outputs + columns_ - 1) / columns_;
  bytes_ = column_bytes(geometry, precision_) * columns_ * panels_;
  data_ = arena.take(bytes_);
  if (precision_ == Precision::exact)
    pack(static_cast<float*>(data_), geometry, source, columns_, 1, [](float w) { return w; });
  else if (precision_ == Precision::half)
    pack(static_cast<uint16_t*>(data_), geometry, source, columns_, 1, to_fp16);
  else
    pack(static_cast<uint16_t*>(data_), geometry, source, columns_, 2, to_bf16);
}

size_t Weights::room(Geometry geometry, Precision) {
  // Of any precision: each may have to become exact. What is not used stays out of memory.
  const size_t columns = kernels().columns(geometry.outputs);
  const size_t all = round_up(geometry.outputs, columns);
  return round_up(column_bytes(geometry, Precision::exact) * all, 64);
}

}  // namespace nn::accel
