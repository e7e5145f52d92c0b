#include "recurrent.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "kernels.h"

namespace nn::accel {
namespace {

void expect(bool fits) {
  if (!fits) throw std::invalid_argument("recurrent layers that do not fit one another");
}

}  // namespace

// Rows of all examples, each as wide as the widest that is written there.
struct Recurrent::Memory {
  int examples;
  float *inputs, *entered, *other;  // rows of the entries, in turns
  float *from_x, *from_h;           // a cell's two products
  float *bent, *head, *made;        // its tanh, one head, all of them
  float *scratch, *drawing;
};

Recurrent::Recurrent(std::shared_ptr<Arena> arena, Precision precision, Draw draw, int given)
    : arena_(std::move(arena)), precision_(precision), draw_(draw), given_(given) {
  // Numbers may be a file's own: nothing that is computed of them may overflow.
  constexpr int kMost = 1 << 20;
  expect(draw.count >= 1 && draw.count <= kMost && given >= 0 && given <= kMost);
  expect(draw.components >= 1 && draw.components <= 64 && draw.count <= kMost / draw.components);
}

void Recurrent::entry(const Dense& dense, bool relu) {
  expect(cells_.empty());
  expect(dense.inputs == (entries_.empty() ? inputs() : entries_.back().matrix.outputs()));
  entries_.push_back({Matrix(*arena_, dense, precision_), relu});
}

void Recurrent::cell(const Dense& input, const Dense& hidden, int source) {
  expect(!entries_.empty() && heads_.empty() && source >= -1 && source < cells());
  if (cells_.empty()) width_ = hidden.inputs;
  const int wide = source < 0 ? entries_.back().matrix.outputs() : width_;
  expect(input.inputs == wide && hidden.inputs == width_ && width_ <= 1 << 16);
  expect(input.outputs == 3 * width_ && hidden.outputs == 3 * width_);
  cells_.push_back(
      {Matrix(*arena_, input, precision_), Matrix(*arena_, hidden, precision_), source});
}

void Recurrent::head(const Dense& dense, int source, bool tanh) {
  expect(source >= 0 && source < cells() && dense.inputs == width_);
  heads_.push_back({Matrix(*arena_, dense, precision_), source, tanh});
}

void Recurrent::finish() {
  int64_t all = 0;
  for (const Head& head : heads_) all += head.matrix.outputs();
  expect(!heads_.empty() && all == draw_.outputs());
}

double Recurrent::bytes() const noexcept {
  double all = 0;
  each([&](const Matrix& m) { all += m.size(); });
  return all;
}

double Recurrent::operations() const noexcept {
  double all = 0;
  each([&](const Matrix& m) { all += 2.0 * m.inputs() * m.outputs(); });
  return all;
}

bool Recurrent::in_bytes() const noexcept {
  return std::all_of(cells_.begin(), cells_.end(),
                     [](const Cell& c) { return c.input.bytes() && c.hidden.bytes(); });
}

Recurrent::Memory Recurrent::memory(int examples, Workspace& workspace) const {
  size_t entered = 0, products = 0, scratch = 0, made = 0;
  const auto look = [&](const Matrix& m, size_t& wide) {
    wide = std::max(wide, size_t(m.padded()));
    scratch = std::max(scratch, m.scratch(examples));
  };
  for (const Entry& e : entries_) look(e.matrix, entered);
  for (const Cell& c : cells_) look(c.input, products), look(c.hidden, products);
  for (const Head& h : heads_) look(h.matrix, made);
  const auto outputs = size_t(draw_.outputs());
  const size_t sizes[] = {size_t(inputs()), entered,        entered, products,
                          products,         size_t(width_), made,    outputs};
  size_t all = round_up(scratch, 16) + round_up(2 * outputs, 16);
  for (const size_t size : sizes) all += round_up(size * examples, 16);
  float* at = workspace.floats(all);
  const auto take = [&](size_t size) { return std::exchange(at, at + round_up(size, 16)); };
  Memory m{};
  m.examples = examples;
  float** const parts[] = {&m.inputs, &m.entered, &m.other, &m.from_x,
                           &m.from_h, &m.bent,    &m.head,  &m.made};
  for (size_t i = 0; i < std::size(sizes); ++i) *parts[i] = take(sizes[i] * examples);
  m.scratch = take(scratch);
  m.drawing = take(2 * outputs);
  return m;
}

// inputs → hidden and, with heads, made [B, outputs].
void Recurrent::step(float* hidden, Memory& m, bool heads) const noexcept {
  const auto& k = kernels();
  const float* x = m.inputs;
  ptrdiff_t row = inputs();
  for (const Entry& e : entries_) {
    std::swap(m.entered, m.other);
    e.matrix.run(x, row, m.examples, m.entered, m.scratch);
    x = m.entered, row = e.matrix.padded();
    if (e.relu) k.leaky_relu(x, m.entered, size_t(row) * m.examples, 0);
  }
  const ptrdiff_t state = ptrdiff_t(cells()) * width_;
  for (size_t i = 0; i < cells_.size(); ++i) {
    const Cell& c = cells_[i];
    float* const h = hidden + ptrdiff_t(i) * width_;
    if (c.source < 0)
      c.input.run(x, row, m.examples, m.from_x, m.scratch);
    else
      c.input.run(hidden + ptrdiff_t(c.source) * width_, state, m.examples, m.from_x, m.scratch);
    c.hidden.run(h, state, m.examples, m.from_h, m.scratch);
    for (int b = 0; b < m.examples; ++b)
      k.gates(m.from_x + ptrdiff_t(b) * c.input.padded(),
              m.from_h + ptrdiff_t(b) * c.hidden.padded(), h + b * state, width_);
  }
  if (!heads) return;
  int done = 0;
  for (const Head& head : heads_) {
    const float* from = hidden + ptrdiff_t(head.source) * width_;
    ptrdiff_t from_row = state;
    if (head.tanh) {
      for (int b = 0; b < m.examples; ++b)
        k.tanh(from + b * state, m.bent + ptrdiff_t(b) * width_, width_);
      from = m.bent, from_row = width_;
    }
    head.matrix.run(from, from_row, m.examples, m.head, m.scratch);
    for (int b = 0; b < m.examples; ++b)
      std::copy_n(m.head + ptrdiff_t(b) * head.matrix.padded(), head.matrix.outputs(),
                  m.made + ptrdiff_t(b) * draw_.outputs() + done);
    done += head.matrix.outputs();
  }
}

void Recurrent::generate(Past past, const float* given, const float* noise, Heat heat, int steps,
                         int examples, float* values, Workspace& workspace) const {
  Memory m = memory(examples, workspace);
  const int fed = draw_.fed(), wide = inputs();
  for (int t = 0; t < steps; ++t) {
    const auto at = [&](int b) { return ptrdiff_t(b) * steps + t; };
    for (int b = 0; b < examples; ++b) {
      float* const row = m.inputs + ptrdiff_t(b) * wide;
      std::copy_n(past.made + ptrdiff_t(b) * fed, fed, row);
      std::copy_n(given + at(b) * given_, given_, row + fed);
    }
    step(past.hidden, m, true);
    for (int b = 0; b < examples; ++b) {
      float* const value = values + at(b) * draw_.values();
      draw(draw_, m.made + ptrdiff_t(b) * draw_.outputs(), noise + at(b) * draw_.noise(), heat,
           value, m.drawing);
      feed(draw_, value, past.made + ptrdiff_t(b) * fed);
    }
  }
}

void Recurrent::hear(float* hidden, const float* inputs, int steps, int examples,
                     Workspace& workspace) const {
  Memory m = memory(examples, workspace);
  const int wide = this->inputs();
  for (int t = 0; t < steps; ++t) {
    for (int b = 0; b < examples; ++b)
      std::copy_n(inputs + (ptrdiff_t(b) * steps + t) * wide, wide, m.inputs + ptrdiff_t(b) * wide);
    step(hidden, m, false);
  }
}

void Recurrent::outputs(float* hidden, const float* inputs, int examples, float* outputs,
                        Workspace& workspace) const {
  Memory m = memory(examples, workspace);
  std::copy_n(inputs, ptrdiff_t(examples) * this->inputs(), m.inputs);
  step(hidden, m, true);
  std::copy_n(m.made, ptrdiff_t(examples) * draw_.outputs(), outputs);
}

}  // namespace nn::accel
