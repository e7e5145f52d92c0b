// Where the rows of a product lie, and where their copies do that are rounded to bf16.
#pragma once

#include "kernels.h"

namespace nn::accel {

// Taps that follow one another without a gap are one longer tap.
inline void join_taps(Geometry& g, Rows& rows) noexcept {
  if (g.taps > 1 && rows.tap != g.inputs) return;
  g.inputs *= g.taps;
  g.taps = 1;
  rows.tap = g.inputs;
}

inline size_t panel_floats(Geometry g, int columns) noexcept {
  return round_up(size_t(g.taps) * g.inputs * columns, 16);
}

// Rows overlap in memory: those of a convolution with three taps hold every frame three times. The
// copy keeps their layout, so that each frame is rounded once; unless they lie so far apart that
// the copy would be mostly gaps, then it is dense.
struct Copy {
  Geometry g;
  Rows rows;                  // as they are
  ptrdiff_t row, tap, batch;  // of the copy
  bool same;                  // layout

  Copy(Geometry geometry, const Rows& given) noexcept : g(geometry), rows(given) {
    join_taps(g, rows);
    const ptrdiff_t dense = ptrdiff_t(g.taps) * g.inputs;
    const ptrdiff_t span = (rows.count - 1) * rows.row + (g.taps - 1) * rows.tap + g.inputs;
    same = rows.row >= 0 && rows.tap >= 0 && span <= rows.count * dense;
    row = same ? rows.row : dense;
    tap = same ? rows.tap : g.inputs;
    batch = same ? span : rows.count * dense;
  }

  size_t size() const noexcept { return size_t(batch) * rows.examples; }

  // Calls convert(from, offset in the copy, count) for everything that the rows hold.
  template <typename Convert>
  void each(Convert convert) const noexcept {
    for (int b = 0; b < rows.examples; ++b)
      for (int r = 0; r < rows.count; ++r) {
        const float* const from = rows.first + b * rows.batch + r * rows.row;
        const ptrdiff_t to = b * batch + r * row;
        for (int j = first_tap(r); j < g.taps; ++j) {
          // What the row before held as well, when a tap is longer than the step of a row.
          const ptrdiff_t known = same && r && row < g.inputs ? g.inputs - row : 0;
          convert(from + j * rows.tap + known, to + j * tap + known, g.inputs - int(known));
        }
      }
  }

 private:
  // Taps that an earlier row of the example had at another place are there already.
  int first_tap(int r) const noexcept {
    if (!same || tap == 0) return 0;
    if (row > 0 && row % tap == 0) {
      // Row r−1 held all but the last row / tap of them.
      const ptrdiff_t fresh = row / tap;
      return r && fresh < g.taps ? int(g.taps - fresh) : 0;
    }
    // Tap j of row r is tap j + 1 of row r − tap / row.
    if (row > 0 && tap % row == 0 && r >= tap / row) return g.taps - 1;
    return 0;
  }
};

}  // namespace nn::accel
