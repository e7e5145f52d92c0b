// What becomes of sums, and the conversions of whole rows. Compiled once per instruction set.

// Sums of `count` columns of one row, as wide as `stride` each.
HWY_INLINE void FinishRow(const float* sums, int count, const Finish& f, int column, int example,
                          int row) {
  const D d;
  const float* const bias = f.bias ? f.bias + column : nullptr;
  const auto place = [&](const Target& t) HWY_ATTR {
    return t.first ? t.first + example * t.batch + row * t.row + column : nullptr;
  };
  const float* const add = place(f.add);
  float* const leaky = place(f.leaky);
  float* const y = f.y.first == f.leaky.first ? nullptr : place(f.y);
  const V slope = hn::Set(d, f.slope);
  int c = 0;
  for (; c + kLanes <= count; c += kLanes) {
    V v = hn::LoadU(d, sums + c);
    if (bias) v = hn::Add(v, hn::LoadU(d, bias + c));
    if (add) v = hn::Add(v, hn::LoadU(d, add + c));
    if (y) hn::StoreU(v, d, y + c);
    if (leaky)
      hn::StoreU(hn::IfThenElse(hn::Gt(v, hn::Zero(d)), v, hn::Mul(slope, v)), d, leaky + c);
  }
  for (; c < count; ++c) {
    float v = sums[c];
    if (bias) v += bias[c];
    if (add) v += add[c];
    if (y) y[c] = v;
    if (leaky) leaky[c] = v > 0 ? v : f.slope * v;
  }
}

// To the nearest bf16, ties to even; as a float, and as its upper half.
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D>> RoundBits(V v) {
  const hn::RebindToUnsigned<D> u;
  const auto bits = hn::BitCast(u, v);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(u, 1u));
  const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(u, 0x7fffu)));
  // Not a number stays one.
  const auto quiet = hn::Or(bits, hn::Set(u, 0x400000u));
  const auto whole = hn::IfThenElse(hn::RebindMask(u, hn::IsNaN(v)), quiet, rounded);
  return hn::And(whole, hn::Set(u, 0xffff0000u));
}

HWY_INLINE void StoreRounded(V v, float* to) {
  hn::StoreU(hn::BitCast(D(), RoundBits(v)), D(), to);
}

HWY_INLINE void StoreRounded(V v, uint16_t* to) {
  const hn::Rebind<uint16_t, D> half;
  hn::StoreU(hn::TruncateTo(half, hn::ShiftRight<16>(RoundBits(v))), half, to);
}

template <typename Input>
HWY_NOINLINE void RoundRow(const float* from, Input* to, int count) {
  const D d;
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) StoreRounded(hn::LoadU(d, from + i), to + i);
  if (i == count) return;
  float rest[kLanes] = {};
  Input rounded[kLanes];
  for (int q = 0; i + q < count; ++q) rest[q] = from[i + q];
  StoreRounded(hn::LoadU(d, rest), rounded);
  for (int q = 0; i + q < count; ++q) to[i + q] = rounded[q];
}

HWY_NOINLINE void LeakyRelu(const float* from, float* to, size_t count, float slope) noexcept {
  const D d;
  const V s = hn::Set(d, slope);
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const V v = hn::LoadU(d, from + i);
    hn::StoreU(hn::IfThenElse(hn::Gt(v, hn::Zero(d)), v, hn::Mul(s, v)), d, to + i);
  }
  for (; i < count; ++i) to[i] = from[i] > 0 ? from[i] : slope * from[i];
}

// Four by four; what is left over, number by number.
HWY_NOINLINE void Transpose(const float* from, ptrdiff_t from_row, float* to, ptrdiff_t to_row,
                            int rows, int columns) noexcept {
  int done = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::FixedTag<float, 4> d;
  const hn::RepartitionToWide<decltype(d)> wide;
  const int whole = columns & ~3;
  for (; done + 4 <= rows; done += 4) {
    const float* const a = from + done * from_row;
    float* const b = to + done;
    for (int c = 0; c < whole; c += 4) {
      const auto r0 = hn::LoadU(d, a + c), r1 = hn::LoadU(d, a + from_row + c);
      const auto r2 = hn::LoadU(d, a + 2 * from_row + c), r3 = hn::LoadU(d, a + 3 * from_row + c);
      const auto l01 = hn::BitCast(wide, hn::InterleaveLower(d, r0, r1));
      const auto l23 = hn::BitCast(wide, hn::InterleaveLower(d, r2, r3));
      const auto u01 = hn::BitCast(wide, hn::InterleaveUpper(d, r0, r1));
      const auto u23 = hn::BitCast(wide, hn::InterleaveUpper(d, r2, r3));
      float* const t = b + c * to_row;
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(wide, l01, l23)), d, t);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(wide, l01, l23)), d, t + to_row);
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(wide, u01, u23)), d, t + 2 * to_row);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(wide, u01, u23)), d, t + 3 * to_row);
    }
    for (int c = whole; c < columns; ++c)
      for (int r = 0; r < 4; ++r) b[c * to_row + r] = a[r * from_row + c];
  }
#endif
  for (; done < rows; ++done)
    for (int c = 0; c < columns; ++c) to[c * to_row + done] = from[done * from_row + c];
}
