// The innermost loops: some rows against some panels, all sums in registers. Compiled once per
// instruction set, inside its namespace (target-inl.h).

#if defined(__GNUC__) || defined(__clang__)
#define NN_UNROLL _Pragma("GCC unroll 24")
#define NN_PREFETCH(address) __builtin_prefetch(address)
#else
#define NN_UNROLL
#define NN_PREFETCH(address) hwy::Prefetch(address)
#endif

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
inline constexpr int kLanes = HWY_LANES(float);
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
inline constexpr int kMostVectors = 3;
#else
inline constexpr int kMostVectors = 4;
#endif

// Rows of a block by how many vectors wide the panel is: as many sums as there are registers for,
// next to the weights of one k and one number of a row; and at least eight, to fill the pipelines.
constexpr int MostRows(int vectors) {
  if (kMostVectors == 3) return vectors == 1 ? 8 : vectors == 2 ? 6 : 4;
  return vectors == 4 ? 6 : 8;
}

// Few rows are too few sums to hide how long a multiplication takes: then several panels at once.
constexpr int MostPanels(int rows, int vectors) {
  const int sums = kMostVectors == 3 ? 12 : 24;
  if (rows > 3) return 1;
  return rows * vectors * 4 <= 8 ? 4 : rows * vectors * 2 <= sums ? 2 : 1;
}

// How weights are stored. One step reads kStep numbers of each row and kBytes of each column.
struct F32 {
  using Input = float;
  static constexpr int kStep = 1, kBytes = 4;
  static constexpr bool kDot = false, kUnpacks = false;
  template <int kPart>
  static HWY_INLINE V Load(const std::byte* p) {
    return hn::LoadU(D(), reinterpret_cast<const float*>(p));
  }
};

struct F16 : F32 {
  static constexpr int kBytes = 2;
  static constexpr bool kUnpacks = true;
  template <int kPart>
  static HWY_INLINE V Load(const std::byte* p) {
    const hn::Rebind<hwy::float16_t, D> half;
    return hn::PromoteTo(D(), hn::LoadU(half, reinterpret_cast<const hwy::float16_t*>(p)));
  }
};

// Pairs of k in 32 bits; rows as floats that bf16 can hold.
struct BF16 : F32 {
  static constexpr int kStep = 2;
  static constexpr bool kUnpacks = true;
  template <int kPart>
  static HWY_INLINE V Load(const std::byte* p) {
    const hn::RebindToUnsigned<D> u;
    const auto pair = hn::LoadU(u, reinterpret_cast<const uint32_t*>(p));
    if constexpr (kPart == 0)
      return hn::BitCast(D(), hn::ShiftLeft<16>(pair));
    else
      return hn::BitCast(D(), hn::And(pair, hn::Set(u, 0xffff0000u)));
  }
};

#ifdef NN_BF16_DOT
// Pairs of k; rows as bf16.
struct Dot : F32 {
  using Input = uint16_t;
  static constexpr int kStep = 2;
  static constexpr bool kDot = true;
  static HWY_INLINE V Add(V sum, const uint16_t* x, V w) {
    int32_t pair;
    std::memcpy(&pair, x, 4);
    return V{_mm512_dpbf16_ps(sum.raw, (__m512bh)_mm512_set1_epi32(pair), (__m512bh)w.raw)};
  }
};
#endif

struct Walk {
  int taps, inputs;
  ptrdiff_t tap;       // from one tap of a row to the next
  size_t panel_bytes;  // from one panel to the next
};

// What to fetch while computing: `step` bytes on at every step.
struct Ahead {
  const std::byte* at;
  size_t step;
};

// One k of a panel for all rows.
template <class W, int kRows, int kVectors, int kAll, bool kKeep, int kPart>
HWY_INLINE void Step(const std::byte* w, const float* const (&x)[kRows], ptrdiff_t i, int p,
                     float* HWY_RESTRICT keep, V (&sum)[kRows][kAll]) {
  const D d;
  V weight[kVectors];
  NN_UNROLL for (int v = 0; v < kVectors; ++v) {
    weight[v] = W::template Load<kPart>(w + v * W::kBytes * kLanes);
    if constexpr (kKeep) hn::StoreU(weight[v], d, keep + (kPart * kVectors + v) * kLanes);
  }
  NN_UNROLL for (int r = 0; r < kRows; ++r) {
    const V number = hn::Set(d, x[r][i]);
    NN_UNROLL for (int v = 0; v < kVectors; ++v) {
      V& s = sum[r][p * kVectors + v];
      s = hn::MulAdd(number, weight[v], s);
    }
  }
}

// Each sum is one chain of additions in the order of k, whatever the block: the same bits always.
// sums: [kRows][kPanels · kVectors · kLanes]. kKeep: the unpacked panel goes to `keep`.
template <class W, int kRows, int kVectors, int kPanels, bool kKeep>
HWY_NOINLINE void Block(const Walk& walk, const typename W::Input* const* rows,
                        const std::byte* panel, Ahead ahead, float* HWY_RESTRICT keep,
                        float* HWY_RESTRICT sums) {
  constexpr int kAll = kVectors * kPanels;
  constexpr size_t kVectorBytes = size_t(W::kBytes) * kLanes;
  constexpr size_t kPanelStep = kVectorBytes * kVectors;
  const D d;
  V sum[kRows][kAll];
  const typename W::Input* x[kRows];
  NN_UNROLL for (int r = 0; r < kRows; ++r) {
    x[r] = rows[r];
    NN_UNROLL for (int v = 0; v < kAll; ++v) sum[r][v] = hn::Zero(d);
  }
  for (int j = 0; j < walk.taps; ++j) {
    for (ptrdiff_t i = 0; i < walk.inputs; i += W::kStep) {
      NN_UNROLL for (int p = 0; p < kPanels; ++p) {
        const std::byte* const w = panel + p * walk.panel_bytes;
        for (size_t q = 0; q < kPanelStep; q += 64)
          NN_PREFETCH(ahead.at + p * walk.panel_bytes + q);
        if constexpr (W::kDot) {
#ifdef NN_BF16_DOT
          V weight[kVectors];
          NN_UNROLL for (int v = 0; v < kVectors; ++v) weight[v] =
              W::template Load<0>(w + v * kVectorBytes);
          NN_UNROLL for (int r = 0; r < kRows; ++r) {
            NN_UNROLL for (int v = 0; v < kVectors; ++v) {
              V& s = sum[r][p * kVectors + v];
              s = W::Add(s, x[r] + i, weight[v]);
            }
          }
#endif
        } else {
          Step<W, kRows, kVectors, kAll, kKeep, 0>(w, x, i, p, keep, sum);
          if constexpr (W::kStep == 2)
            Step<W, kRows, kVectors, kAll, kKeep, 1>(w, x, i + 1, p, keep, sum);
        }
      }
      if constexpr (kKeep) keep += W::kStep * kVectors * kLanes;
      panel += kPanelStep;
      ahead.at += ahead.step;
    }
    NN_UNROLL for (int r = 0; r < kRows; ++r) x[r] += walk.tap;
  }
  NN_UNROLL for (int r = 0; r < kRows; ++r) {
    NN_UNROLL for (int v = 0; v < kAll; ++v)
        hn::StoreU(sum[r][v], d, sums + (r * kAll + v) * kLanes);
  }
}
