// Rows of 16-bit numbers times weights of 8 bits. Compiled once per instruction set.
//
// A panel holds, for every pair of inputs in turn, two weights of each of its columns side by side.
// Weights widen to 16 bits on the way from memory, and pairs of products are added in 32: exactly,
// as long as the numbers of the row are as small as byte_peak() says.

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
inline constexpr int kByteVectors = 1;
#elif HWY_TARGET == HWY_AVX3
inline constexpr int kByteVectors = 8;
#else
inline constexpr int kByteVectors = 4;  // with their other halves, as many sums as registers allow
#endif
inline constexpr int kByteColumns = kByteVectors * kLanes;

HWY_NOINLINE void MultiplyBytes(const ByteCall& call) noexcept {
  const hn::RebindToSigned<D> d32;
  const int panels = (call.outputs + kByteColumns - 1) / kByteColumns;
  const int8_t* w = call.panels;
  for (int p = 0; p < panels; ++p) {
    HWY_ALIGN int32_t sums[kByteColumns];
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
    for (int32_t& sum : sums) sum = 0;
    for (int i = 0; i < call.pairs; ++i)
      for (int c = 0; c < kByteColumns; ++c, w += 2)
        sums[c] += w[0] * call.x[2 * i] + w[1] * call.x[2 * i + 1];
#else
    const hn::RepartitionToNarrow<decltype(d32)> d16;
    const hn::Rebind<int8_t, decltype(d16)> d8;
    using V32 = hn::Vec<decltype(d32)>;
    V32 sum[kByteVectors], other[kByteVectors];
    NN_UNROLL for (int v = 0; v < kByteVectors; ++v) sum[v] = other[v] = hn::Zero(d32);
    for (int i = 0; i < call.pairs; ++i) {
      int32_t pair;
      std::memcpy(&pair, call.x + 2 * i, 4);
      const auto x = hn::BitCast(d16, hn::Set(d32, pair));
      NN_UNROLL for (int v = 0; v < kByteVectors; ++v, w += 2 * kLanes) {
        const auto wide = hn::PromoteTo(d16, hn::LoadU(d8, w));
#ifdef NN_BF16_DOT
        sum[v] = V32{_mm512_dpwssd_epi32(sum[v].raw, wide.raw, x.raw)};
#else
        sum[v] = hn::ReorderWidenMulAccumulate(d32, wide, x, sum[v], other[v]);
#endif
      }
    }
    NN_UNROLL for (int v = 0; v < kByteVectors; ++v)
        hn::StoreU(hn::RearrangeToOddPlusEven(sum[v], other[v]), d32, sums + v * kLanes);
#endif
    const D d;
    const int column = p * kByteColumns;
    for (int c = 0; c < kByteColumns; c += kLanes) {
      const V scale = hn::Mul(hn::LoadU(d, call.scales + column + c), hn::Set(d, call.step));
      const V y = hn::Mul(hn::ConvertTo(d, hn::LoadU(d32, sums + c)), scale);
      hn::StoreU(hn::Add(y, hn::LoadU(d, call.bias + column + c)), d, call.y + column + c);
    }
  }
}

HWY_NOINLINE float Peak(const float* x, int count) noexcept {
  const D d;
  V most = hn::Zero(d);
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) most = hn::Max(hn::Abs(hn::LoadU(d, x + i)), most);
  HWY_ALIGN float all[kLanes];
  hn::StoreU(most, d, all);
  float peak = 0;
  for (const float one : all) peak = one > peak ? one : peak;
  for (; i < count; ++i) peak = std::fabs(x[i]) > peak ? std::fabs(x[i]) : peak;
  return peak;
}

// Bounded: what is no number must not make sums overflow.
HWY_NOINLINE void Shrink(const float* x, int count, float factor, float most,
                         int16_t* to) noexcept {
  const D d;
  const hn::Rebind<int16_t, D> d16;
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const V scaled = hn::Mul(hn::LoadU(d, x + i), hn::Set(d, factor));
    const V bounded = hn::Min(hn::Max(scaled, hn::Set(d, -most)), hn::Set(d, most));
    const auto whole = hn::NearestInt(hn::IfThenZeroElse(hn::IsNaN(scaled), bounded));
    hn::StoreU(hn::DemoteTo(d16, whole), d16, to + i);
  }
  for (; i < count; ++i) {
    const float scaled = x[i] * factor;
    const float bounded = scaled > -most ? (scaled < most ? scaled : most) : -most;
    to[i] = static_cast<int16_t>(scaled == scaled ? std::nearbyint(bounded) : 0);
  }
}
