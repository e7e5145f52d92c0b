// What recurrent layers and draws do between products. Compiled once per instruction set.

HWY_INLINE V Sigmoid(V x) {
  const D d;
  // Beyond, the exponential is no number any more and the result 0 or 1 all the same.
  const V bounded = hn::Min(hn::Max(x, hn::Set(d, -88.f)), hn::Set(d, 88.f));
  return hn::Div(hn::Set(d, 1.f), hn::Add(hn::Set(d, 1.f), hn::Exp(d, hn::Neg(bounded))));
}

// One vector of a GRU: h ← (1 − z)·n + z·h.
HWY_INLINE V Gate(V r, V z, V from_x, V from_h, V h) {
  const V n = hn::Tanh(D(), hn::MulAdd(Sigmoid(r), from_h, from_x));
  return hn::MulAdd(Sigmoid(z), hn::Sub(h, n), n);
}

// Calls one(first, count) for whole vectors; what is left over goes through a copy that is one.
template <typename One>
HWY_INLINE void EachVector(int count, One one) {
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) one(i, kLanes);
  if (i < count) one(i, count - i);
}

HWY_INLINE V LoadSome(const float* from, int count) {
  if (count == kLanes) return hn::LoadU(D(), from);
  HWY_ALIGN float all[kLanes] = {};
  for (int i = 0; i < count; ++i) all[i] = from[i];
  return hn::LoadU(D(), all);
}

HWY_INLINE void StoreSome(V v, float* to, int count) {
  if (count == kLanes) return hn::StoreU(v, D(), to);
  HWY_ALIGN float all[kLanes];
  hn::StoreU(v, D(), all);
  for (int i = 0; i < count; ++i) to[i] = all[i];
}

HWY_NOINLINE void Gates(const float* a, const float* b, float* h, int n) noexcept {
  EachVector(n, [=](int i, int count) HWY_ATTR {
    const auto at = [=](const float* from, int part)
                        HWY_ATTR { return LoadSome(from + part * n + i, count); };
    const V r = hn::Add(at(a, 0), at(b, 0)), z = hn::Add(at(a, 1), at(b, 1));
    StoreSome(Gate(r, z, at(a, 2), at(b, 2), LoadSome(h + i, count)), h + i, count);
  });
}

HWY_NOINLINE void TanhRow(const float* from, float* to, int count) noexcept {
  EachVector(count, [=](int i, int some) HWY_ATTR {
    StoreSome(hn::Tanh(D(), LoadSome(from + i, some)), to + i, some);
  });
}

HWY_NOINLINE void ExpRow(const float* from, float* to, int count, float top,
                         float factor) noexcept {
  const D d;
  EachVector(count, [=](int i, int some) HWY_ATTR {
    const V x = hn::Mul(hn::Sub(LoadSome(from + i, some), hn::Set(d, top)), hn::Set(d, factor));
    StoreSome(hn::Exp(d, hn::Max(x, hn::Set(d, -104.f))), to + i, some);
  });
}
