#include "product.h"

#include <cassert>

#include "kernels.h"
#include "rows.h"

namespace nn::accel {

size_t scratch_floats(const Weights& weights, const Rows& rows) {
  const auto& k = kernels();
  const Precision precision = weights.precision();
  if (precision == Precision::exact) return 0;
  size_t floats = 0;
  const int block = k.block_rows(weights.panel_columns());
  if (!(precision == Precision::bf16 && k.bf16_dot) &&
      ptrdiff_t(rows.count) * rows.examples > ptrdiff_t(unpack_blocks - 1) * block)
    floats += panel_floats(weights.geometry(), weights.panel_columns());
  if (precision == Precision::bf16) {
    const Copy copy(weights.geometry(), rows);
    floats += round_up(k.bf16_dot ? (copy.size() + 1) / 2 : copy.size(), 16);
  }
  return floats;
}

void multiply(const Weights& weights, const Rows& rows, const Finish& finish, float* scratch,
              int begin, int end) noexcept {
  const auto& k = kernels();
  // Panels as wide as this target's are laid out alike.
  assert(weights.panel_columns() == k.columns(weights.geometry().outputs));
  if (rows.count <= 0 || rows.examples <= 0) return;
  Call call;
  call.geometry = weights.geometry();
  call.precision = weights.precision();
  call.columns = weights.panel_columns();
  call.panels = static_cast<const std::byte*>(weights.data());
  call.rows = rows;
  call.finish = &finish;
  call.scratch = scratch;
  call.begin = begin;
  call.end = end < 0 ? weights.panels() : end;
  k.multiply(call);
}

void transpose(const float* from, ptrdiff_t from_row, float* to, ptrdiff_t to_row, int rows,
               int columns) noexcept {
  kernels().transpose(from, from_row, to, to_row, rows, columns);
}

void leaky_relu(const float* from, float* to, size_t count, float slope) noexcept {
  kernels().leaky_relu(from, to, count, slope);
}

}  // namespace nn::accel
