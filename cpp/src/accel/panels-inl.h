// From a product to blocks. Compiled once per instruction set.

// The rows as blocks read them: those of the product or their copies.
template <typename Input>
struct Inputs {
  const Input* first;
  ptrdiff_t row, batch;
};

inline constexpr size_t kNear = 4096;                 // bytes
inline constexpr size_t kPanelFitsTwice = 160 << 10;  // into the second cache

template <class W>
using BlockFunction = void (*)(const Walk&, const typename W::Input* const*, const std::byte*,
                               Ahead, float*, float*);

template <class W, int kVectors, int kPanels, bool kKeep, class Rows>
struct Blocks;
// By rows − 1.
template <class W, int kVectors, int kPanels, bool kKeep, int... kRows>
struct Blocks<W, kVectors, kPanels, kKeep, std::integer_sequence<int, kRows...>> {
  static constexpr BlockFunction<W> of[] = {
      Block<W, kRows + 1, kVectors, (kPanels <= MostPanels(kRows + 1, kVectors) ? kPanels : 1),
            kKeep>...};
};

template <class W, int kVectors>
class Panels {
 public:
  Panels(const Call& call, const Walk& walk, Inputs<typename W::Input> inputs)
      : call_(call),
        walk_(walk),
        inputs_(inputs),
        total_(call.rows.count * call.rows.examples),
        blocks_((total_ + kMost - 1) / kMost) {}

  HWY_INLINE void Run(float* unpacked) {
    int p = call_.begin;
    if (total_ <= 3) {
      const int together = MostPanels(total_, kVectors);
      if (together == 4)
        for (; p + 4 <= call_.end; p += 4) Together<4>(p);
      if (together >= 2)
        for (; p + 2 <= call_.end; p += 2) Together<2>(p);
    }
    for (; p < call_.end; ++p) One(p, unpacked);
  }

 private:
  static constexpr int kMost = MostRows(kVectors), kColumns = kVectors * kLanes;
  using Sizes = std::make_integer_sequence<int, kMost>;
  using FewSizes = std::make_integer_sequence<int, 3>;

  const std::byte* Panel(int p) const { return call_.panels + p * walk_.panel_bytes; }

  // All rows, a single block, against several panels.
  template <int kPanels>
  HWY_INLINE void Together(int p) {
    HWY_ALIGN float sums[3 * 4 * kMostVectors * kLanes];
    const typename W::Input* rows[3];
    Find(0, total_, rows);
    const Ahead ahead{Panel(p) + kNear, kStepBytes};
    Blocks<W, kVectors, kPanels, false, FewSizes>::of[total_ - 1](walk_, rows, Panel(p), ahead,
                                                                  nullptr, sums);
    Store(sums, kPanels * kColumns, p * kColumns, 0, total_);
  }

  HWY_INLINE void One(int p, float* unpacked) {
    HWY_ALIGN float sums[kMost * kColumns];
    const typename W::Input* rows[kMost];
    const bool unpack = unpacked && blocks_ >= unpack_blocks;
    const bool next = blocks_ > 1 && walk_.panel_bytes <= kPanelFitsTwice;
    for (int b = 0, first = 0; b < blocks_; ++b) {
      const int count = (total_ - first) / (blocks_ - b) + ((total_ - first) % (blocks_ - b) != 0);
      Find(first, count, rows);
      const Ahead ahead = Fetch(p, b, next, kStepBytes);
      if (!W::kUnpacks || !unpack) {
        Blocks<W, kVectors, 1, false, Sizes>::of[count - 1](walk_, rows, Panel(p), ahead, nullptr,
                                                            sums);
      } else if constexpr (W::kUnpacks) {
        if (b == 0)
          Blocks<W, kVectors, 1, true, Sizes>::of[count - 1](walk_, rows, Panel(p), ahead, unpacked,
                                                             sums);
        else
          Blocks<F32, kVectors, 1, false, Sizes>::of[count - 1](
              walk_, rows, reinterpret_cast<const std::byte*>(unpacked),
              {ahead.at, ahead.step / W::kStep}, nullptr, sums);
      }
      Store(sums, kColumns, p * kColumns, first, count);
      first += count;
    }
  }

  // The first block streams its panel from memory. The others find it in the cache and fetch the
  // next panel meanwhile, each a part of it.
  HWY_INLINE Ahead Fetch(int p, int b, bool next, size_t step) const {
    const int alone = next && p > call_.begin ? 0 : 1;
    if (b < alone) return {Panel(p) + kNear, step};
    if (!next) return {Panel(p), 0};
    const int parts = blocks_ - alone;
    return {Panel(p + 1) + walk_.panel_bytes / parts * (b - alone), step / parts};
  }

  HWY_INLINE void Find(int first, int count, const typename W::Input** rows) const {
    int example = first / call_.rows.count, row = first % call_.rows.count;
    for (int r = 0; r < count; ++r) {
      rows[r] = inputs_.first + example * inputs_.batch + row * inputs_.row;
      if (++row == call_.rows.count) row = 0, ++example;
    }
  }

  HWY_INLINE void Store(const float* sums, int stride, int column, int first, int count) const {
    const int left = call_.geometry.outputs - column;
    int example = first / call_.rows.count, row = first % call_.rows.count;
    for (int r = 0; r < count; ++r) {
      FinishRow(sums + r * stride, HWY_MIN(stride, left), *call_.finish, column, example, row);
      if (++row == call_.rows.count) row = 0, ++example;
    }
  }

  static constexpr size_t kStepBytes = size_t(W::kBytes) * kColumns;

  const Call& call_;
  const Walk walk_;
  const Inputs<typename W::Input> inputs_;
  const int total_, blocks_;
};

template <class W>
HWY_INLINE void Widths(const Call& call, const Walk& walk, Inputs<typename W::Input> inputs,
                       float* unpacked) {
  switch (call.columns / kLanes) {
    case 1:
      return Panels<W, 1>(call, walk, inputs).Run(unpacked);
    case 2:
      return Panels<W, 2>(call, walk, inputs).Run(unpacked);
    case 3:
      return Panels<W, 3>(call, walk, inputs).Run(unpacked);
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
    case 4:
      return Panels<W, 4>(call, walk, inputs).Run(unpacked);
#endif
    default:
      return;
  }
}

// Compiled without this instruction set itself: calls into it.
template <typename Input>
struct Rounder {
  Input* to;
  void operator()(const float* from, ptrdiff_t offset, int count) const {
    RoundRow(from, to + offset, count);
  }
};

HWY_NOINLINE void Multiply(const Call& call) noexcept {
  Geometry g = call.geometry;
  Rows rows = call.rows;
  join_taps(g, rows);
  Walk walk{g.taps, g.inputs, rows.tap, column_bytes(g, call.precision) * call.columns};
  const Inputs<float> plain{rows.first, rows.row, rows.batch};
  float* scratch = call.scratch;
  if (call.precision == Precision::exact) return Widths<F32>(call, walk, plain, nullptr);
  if (call.precision == Precision::half) return Widths<F16>(call, walk, plain, scratch);
  const Copy copy(call.geometry, call.rows);
  walk.tap = copy.tap;
#ifdef NN_BF16_DOT
  auto* const rounded = reinterpret_cast<uint16_t*>(scratch);
  copy.each(Rounder<uint16_t>{rounded});
  Widths<Dot>(call, walk, {rounded, copy.row, copy.batch}, nullptr);
#else
  copy.each(Rounder<float>{scratch});
  Widths<BF16>(call, walk, {scratch, copy.row, copy.batch}, scratch + round_up(copy.size(), 16));
#endif
}

// Of those with the fewest columns left over the one that computes best.
int Columns(int outputs) noexcept {
  // Loads per multiplication are more in narrow panels.
  constexpr int cost[] = {9, 8, 8, 8};
  constexpr int order[] = {kMostVectors == 3 ? 2 : 3, kMostVectors == 3 ? 3 : 4, 2, 1};
  int best = 0;
  int64_t least = 0;
  for (const int vectors : order) {
    const int columns = vectors * kLanes;
    const int64_t price = int64_t(round_up(outputs, columns)) * cost[vectors - 1];
    if (best == 0 || price < least) best = columns, least = price;
  }
  return best;
}

int BlockRows(int columns) noexcept { return MostRows(columns / kLanes); }
