// A network that hears what it has just made: layers of GRUs between a few dense ones, a draw, and
// back to the beginning, one step after another.
//
//     made | given ── entries ── cells ── heads ── draw ──► values
//       ▲                         ↑ ↓                          │
//       │                        state                         │
//       └──────────────────────────────────────────────────────┘
//
// It has no state of its own: hidden [B, cells, width] and made [B, fed] are the caller's.
#pragma once

#include <memory>
#include <vector>

#include "draw.h"
#include "matrix.h"

namespace nn::accel {

class Recurrent {
 public:
  // Building: control thread; in order, throws std::invalid_argument for what does not fit.
  Recurrent(std::shared_ptr<Arena> arena, Precision precision, Draw draw, int given);
  // relu: whether what is below zero is cut off after it.
  void entry(const Dense& dense, bool relu);
  // A GRU layer with torch's weights [3 width, inputs] and [3 width, width], of what cell `source`
  // makes, or of the entries (−1).
  void cell(const Dense& input, const Dense& hidden, int source);
  // Its outputs come after those of the heads before; tanh: of what the cell makes.
  void head(const Dense& dense, int source, bool tanh);
  void finish();  // all there?

  const Draw& draw_of() const noexcept { return draw_; }
  int given() const noexcept { return given_; }
  int inputs() const noexcept { return draw_.fed() + given_; }
  int cells() const noexcept { return static_cast<int>(cells_.size()); }
  int width() const noexcept { return width_; }
  double bytes() const noexcept;       // of weights read for a step
  double operations() const noexcept;  // multiplications and additions of a step and example
  bool in_bytes() const noexcept;      // whether all cells are packed in 8 bits

  struct Past {
    float* hidden;  // [B, cells, width]
    float* made;    // [B, fed]
  };
  // steps times: given [B, steps, given] and noise [B, steps, draw.noise()] → values [B, steps,
  // draw.values()]. Any thread; the workspace belongs to the call.
  void generate(Past past, const float* given, const float* noise, Heat heat, int steps,
                int examples, float* values, Workspace& workspace) const;
  // Hears inputs [B, steps, inputs] and makes nothing.
  void hear(float* hidden, const float* inputs, int steps, int examples,
            Workspace& workspace) const;
  // inputs [B, inputs] → outputs [B, draw.outputs()].
  void outputs(float* hidden, const float* inputs, int examples, float* outputs,
               Workspace& workspace) const;

 private:
  struct Entry {
    Matrix matrix;
    bool relu;
  };
  struct Cell {
    Matrix input, hidden;
    int source;
  };
  struct Head {
    Matrix matrix;
    int source;
    bool tanh;
  };
  template <typename See>
  void each(See see) const {
    for (const Entry& e : entries_) see(e.matrix);
    for (const Cell& c : cells_) see(c.input), see(c.hidden);
    for (const Head& h : heads_) see(h.matrix);
  }
  struct Memory;  // of one call
  Memory memory(int examples, Workspace& workspace) const;
  void step(float* hidden, Memory& memory, bool heads) const noexcept;

  std::shared_ptr<Arena> arena_;
  Precision precision_;
  Draw draw_;
  int given_, width_ = 0;
  std::vector<Entry> entries_;
  std::vector<Cell> cells_;
  std::vector<Head> heads_;
};

}  // namespace nn::accel
