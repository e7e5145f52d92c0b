// Networks computed plainly in double precision, a frame at a time, and random ones to compare.
#pragma once

#include <algorithm>
#include <memory>

#include "accel_reference.h"
#include "network.h"

struct Frames {
  int channels = 0;
  std::vector<std::vector<double>> all;  // [T][C]
  int count() const { return int(all.size()); }
};

// One layer, its numbers, and the state it has for each example.
struct Op {
  enum Kind {
    chain,
    sum,
    shortcut,
    past,
    delay,
    zeros,
    product,
    overlap,
    leaky,
    affine
  } kind = chain;
  std::vector<Op> inner;
  int frames = 0, right = 0, start = 0;  // of a past; zeros: left and right; shortcut
  bool channel_major = false;
  int taps = 1, in = 0, out = 0, groups = 1, stride = 1, dilation = 1, ratio = 1;
  float slope = 1;
  std::vector<float> w = {}, bias = {},
                     gain = {};    // w: [groups][taps][in / groups][out · ratio / groups]
  std::vector<Frames> state = {};  // past: [frames][C], overlap: [ratio][out]

  View build(Network& net, View view, Arena& arena, std::vector<Op*>& caches) {
    switch (kind) {
      case chain:
        for (Op& op : inner) view = op.build(net, view, arena, caches);
        return view;
      case sum: {
        View total = inner[0].build(net, view, arena, caches);
        for (size_t i = 1; i < inner.size(); ++i)
          total = net.add(total, inner[i].build(net, view, arena, caches));
        return total;
      }
      case shortcut: {
        View body = inner[0].build(net, view, arena, caches);
        const View straight{body.value, body.begin + start, body.begin + start};
        for (size_t i = 1; i < inner.size(); ++i) body = inner[i].build(net, body, arena, caches);
        return net.add(body, straight);
      }
      case past:
      case delay: {
        const auto known = net.caches().size();
        in = net.channels(view);
        view = net.past(view, frames, channel_major);
        if (net.caches().size() > known) caches.push_back(this);
        if (kind == delay) view.end -= frames;
        return view;
      }
      case zeros:
        return net.zeros(view, frames, right);
      case leaky:
        return net.leaky(view, slope);
      case affine:
        return net.affine(view, gain, bias);
      case product:
        return net.product(view, pack(arena), bias, stride, dilation, ratio);
      case overlap:
        caches.push_back(this);
        return net.overlap(view, pack(arena).front(), bias, ratio);
    }
    return view;
  }

  std::vector<Weights> pack(Arena& arena) const {
    std::vector<Weights> packed;
    const int wide = out * ratio / groups, narrow = in / groups;
    for (int g = 0; g < groups; ++g)
      packed.emplace_back(
          arena, Geometry{taps, narrow, wide},
          Source{w.data() + size_t(g) * taps * narrow * wide, ptrdiff_t(narrow) * wide, wide, 1},
          Precision::exact);
    return packed;
  }

  Frames run(const Frames& x, int example) {
    switch (kind) {
      case chain: {
        Frames y = x;
        for (Op& op : inner) y = op.run(y, example);
        return y;
      }
      case sum: {
        Frames y = inner[0].run(x, example);
        for (size_t i = 1; i < inner.size(); ++i) plus(y, inner[i].run(x, example), 0);
        return y;
      }
      case shortcut: {
        const Frames joined = inner[0].run(x, example);
        Frames y = joined;
        for (size_t i = 1; i < inner.size(); ++i) y = inner[i].run(y, example);
        plus(y, joined, start);
        return y;
      }
      case past:
      case delay: {
        if (frames == 0) return x;
        Frames joined = state[size_t(example)];
        joined.all.insert(joined.all.end(), x.all.begin(), x.all.end());
        auto& kept = state[size_t(example)].all;
        kept.assign(joined.all.end() - frames, joined.all.end());
        if (kind == delay) joined.all.resize(x.all.size());
        return joined;
      }
      case zeros: {
        Frames y{x.channels, {}};
        for (int t = -frames; t < x.count() + right; ++t)
          y.all.push_back(t >= 0 && t < x.count() ? x.all[size_t(t)]
                                                  : std::vector<double>(size_t(x.channels)));
        return y;
      }
      case leaky:
      case affine: {
        Frames y = x;
        for (auto& frame : y.all)
          for (size_t c = 0; c < frame.size(); ++c)
            frame[c] = kind == affine ? bias[c] + frame[c] * gain[c]
                       : frame[c] > 0 ? frame[c]
                                      : frame[c] * slope;
        return y;
      }
      case product:
        return multiply(x, true);
      case overlap: {
        Frames around{x.channels, {}};
        around.all.emplace_back(size_t(x.channels));
        around.all.insert(around.all.end(), x.all.begin(), x.all.end());
        around.all.emplace_back(size_t(x.channels));
        Frames y = multiply(around, false);
        plus(y, state[size_t(example)], 0);
        auto& kept = state[size_t(example)].all;
        kept.assign(y.all.end() - ratio, y.all.end());
        y.all.resize(y.all.size() - size_t(ratio));
        for (auto& frame : y.all)
          for (size_t c = 0; c < frame.size() && !bias.empty(); ++c) frame[c] += bias[c];
        return y;
      }
    }
    return x;
  }

 private:
  // As far as the shorter of both goes.
  static void plus(Frames& y, const Frames& other, int from) {
    for (int t = 0; t < y.count() && from + t < other.count(); ++t)
      for (int c = 0; c < y.channels; ++c)
        y.all[size_t(t)][size_t(c)] += other.all[size_t(from + t)][size_t(c)];
  }

  Frames multiply(const Frames& x, bool biased) const {
    Frames y{out, {}};
    const int wide = out * ratio / groups, narrow = in / groups, span = (taps - 1) * dilation;
    for (int first = 0; first + span < x.count(); first += stride)
      for (int r = 0; r < ratio; ++r) {
        std::vector<double> frame(static_cast<size_t>(out));
        for (int o = 0; o < out; ++o) {
          const int column = r * out + o, g = column / wide;
          double& value = frame[size_t(o)];
          if (biased && !bias.empty()) value = bias[size_t(column)];
          for (int j = 0; j < taps; ++j)
            for (int i = 0; i < narrow; ++i)
              value += x.all[size_t(first + j * dilation)][size_t(g * narrow + i)] *
                       w[((size_t(g) * taps + j) * narrow + i) * wide + column % wide];
        }
        y.all.push_back(frame);
      }
    return y;
  }
};

// Random ones whose output has as many frames for a multiple of kUnit, however that is split.
class Generator {
 public:
  static constexpr int kUnit = 4;
  explicit Generator(unsigned seed) : engine_(seed * 7919 + 17) {}

  int upto(int low, int high) { return low + int(engine_() % unsigned(high - low + 1)); }
  bool often() { return upto(0, 2) > 0; }
  std::vector<float> numbers(size_t n, float scale = 1) {
    return Problem::random(n, unsigned(engine_()), scale);
  }

  // padded: zeros and cuts too, for which blocks are pieces of their own.
  Op network(int channels, bool padded) {
    Op all;
    int frames = kUnit;
    for (int left = upto(1, 5); left > 0; --left) append(all, channels, frames, padded);
    if (padded) {
      all.inner.push_back(zeros(upto(-1, 2), upto(-1, 2)));
      all.inner.push_back(product(channels, channels, 1));
    }
    return all;
  }
  Op past(int frames) { return line(Op::past, frames); }
  Op delay(int frames) { return line(Op::delay, frames); }
  static Op zeros(int left, int right) {
    Op op;
    op.kind = Op::zeros, op.frames = left, op.right = right;
    return op;
  }
  Op leaky() {
    Op op;
    op.kind = Op::leaky, op.slope = 0.25f * float(upto(0, 3));
    return op;
  }
  Op affine(int channels) {
    Op op;
    op.kind = Op::affine, op.gain = numbers(size_t(channels)), op.bias = numbers(size_t(channels));
    return op;
  }
  Op product(int in, int out, int taps, int groups = 1, int stride = 1, int dilation = 1,
             int ratio = 1) {
    Op op;
    op.kind = Op::product;
    op.in = in, op.out = out, op.taps = taps, op.groups = groups;
    op.stride = stride, op.dilation = dilation, op.ratio = ratio;
    const size_t row = size_t(taps) * size_t(in / groups);
    op.w = numbers(row * size_t(out * ratio), 1 / std::sqrt(float(row)));
    if (often()) op.bias = numbers(size_t(out * ratio));
    return op;
  }
  Op overlap(int in, int out, int ratio) {
    Op op = product(in, out, 2, 1, 1, 1, ratio);
    op.kind = Op::overlap;
    if (!op.bias.empty()) op.bias.resize(size_t(out));
    return op;
  }
  // With its past; as many frames as before.
  void convolution(Op& chain, int in, int out, int stride = 1) {
    const int groups = in % 2 == 0 && out % 2 == 0 && !often() ? 2 : 1;
    const int taps = upto(1, 3), dilation = upto(1, 9);
    chain.inner.push_back(past((taps - 1) * dilation));
    chain.inner.push_back(product(in, out, taps, groups, stride, dilation));
  }

 private:
  Op line(Op::Kind kind, int frames) {
    Op op;
    op.kind = kind, op.frames = frames, op.channel_major = often();
    return op;
  }

  void append(Op& chain, int& channels, int& frames, bool padded) {
    const int out = upto(1, 9);
    switch (upto(0, padded ? 8 : 7)) {
      case 0:
        convolution(chain, channels, out);
        channels = out;
        break;
      case 1:
        if (frames % 2) return;
        convolution(chain, channels, out, 2);
        channels = out, frames /= 2;
        break;
      case 2:
        if (frames > 16) return;
        chain.inner.push_back(past(1));
        chain.inner.push_back(product(channels, out, 2, 1, 1, 1, 2));
        channels = out, frames *= 2;
        break;
      case 3:
        if (frames > 16) return;
        chain.inner.push_back(overlap(channels, out, 3));
        overlaps = true;
        channels = out, frames *= 3;
        break;
      case 4:
        chain.inner.push_back(leaky());
        break;
      case 5: {
        Op sum;
        sum.kind = Op::sum;
        for (int i = upto(2, 3); i > 0; --i) {
          Op branch;
          if (often()) branch.inner.push_back(delay(upto(0, 5)));
          if (often()) branch.inner.push_back(often() ? leaky() : affine(channels));
          if (often()) convolution(branch, channels, channels);
          sum.inner.push_back(branch);
        }
        chain.inner.push_back(sum);
        break;
      }
      case 6: {
        Op shortcut, first = product(channels, out, upto(1, 3), 1, 1, upto(1, 9));
        shortcut.kind = Op::shortcut;
        const int reach = (first.taps - 1) * first.dilation;
        shortcut.start = upto(0, reach);
        shortcut.inner = {past(reach), leaky(), first, leaky(), product(out, channels, 1)};
        chain.inner.push_back(shortcut);
        break;
      }
      case 7:
        chain.inner.push_back(affine(channels));
        break;
      case 8:
        chain.inner.push_back(zeros(upto(-1, 3), upto(0, 3)));
        chain.inner.push_back(product(channels, channels, upto(1, 2)));
        break;
    }
  }

  std::minstd_rand engine_;

 public:
  bool overlaps = false;  // what adds up in another order where blocks meet
};

// A network of ops with its memory: caches of exactly their size, filled with noise.
class Player {
 public:
  Player(Op ops, int channels, int examples, bool channel_major, unsigned seed)
      : ops_(std::move(ops)), arena_(size_t{4} << 20), examples_(examples), major_(channel_major) {
    View view = net.input(channels);
    view = ops_.build(net, view, arena_, order_);
    net.finish(view, channel_major);
    for (size_t i = 0; i < order_.size(); ++i) {
      const Cache& cache = net.caches()[i];
      const size_t size = size_t(cache.frames()) * cache.channels;
      caches_.emplace_back(size * size_t(examples));
      const auto noise = Problem::random(caches_[i].size(), seed + unsigned(i));
      std::copy(noise.begin(), noise.end(), caches_[i].data());
      order_[i]->state.clear();
      for (int b = 0; b < examples; ++b) order_[i]->state.push_back(read(i, b));
    }
  }

  // x: [examples][T][C], whatever the order in which the network takes it.
  std::vector<float> play(const std::vector<float>& x, int frames) {
    const int in = net.input_channels(), out = net.output_channels();
    const int made = std::max(net.output_frames(frames), 0);
    Floats given(x.size()), y(size_t(examples_) * made * out);
    turn(x.data(), given.data(), frames, in, major_);
    std::vector<float*> pointers;
    for (auto& cache : caches_) pointers.push_back(cache.data());
    net.run(given.data(), y.data(), frames, examples_, pointers.data(), workspace_);
    std::vector<float> result(y.size());
    turn(y.data(), result.data(), made, out, false);
    return result;
  }

  std::vector<double> expected(const std::vector<float>& x, int frames) {
    const int in = net.input_channels();
    std::vector<double> all;
    for (int b = 0; b < examples_; ++b) {
      Frames one{in, {}};
      for (int t = 0; t < frames; ++t) {
        const float* row = x.data() + (size_t(b) * frames + t) * in;
        one.all.emplace_back(row, row + in);
      }
      for (const auto& frame : ops_.run(one, b).all)
        all.insert(all.end(), frame.begin(), frame.end());
    }
    return all;
  }

  // How far the caches are from what the plain layers remember.
  double forgotten() {
    double most = 0;
    for (size_t i = 0; i < order_.size(); ++i)
      for (int b = 0; b < examples_; ++b) {
        const Frames kept = read(i, b);
        for (int t = 0; t < kept.count(); ++t)
          for (int c = 0; c < kept.channels; ++c) {
            const double plain = order_[i]->state[size_t(b)].all[size_t(t)][size_t(c)];
            most = std::max(most, std::fabs(kept.all[size_t(t)][size_t(c)] - plain) /
                                      std::max(1.0, std::fabs(plain)));
          }
      }
    return most;
  }
  Floats& cache(size_t i) { return caches_[i]; }

  Network net;

 private:
  Frames read(size_t i, int example) {
    const Cache& cache = net.caches()[i];
    const int frames = cache.frames(), wide = cache.channels;
    const float* from = caches_[i].data() + size_t(example) * frames * wide;
    Frames kept{wide, {}};
    for (int t = 0; t < frames; ++t) {
      kept.all.emplace_back();
      for (int c = 0; c < wide; ++c)
        kept.all.back().push_back(from[cache.channel_major ? c * frames + t : t * wide + c]);
    }
    return kept;
  }
  // [T][C] ↔ [C][T], where the network's are channel-major.
  void turn(const float* from, float* to, int frames, int channels, bool in) const {
    for (int b = 0; b < examples_; ++b)
      for (int t = 0; t < frames; ++t)
        for (int c = 0; c < channels; ++c) {
          const size_t base = size_t(b) * frames * channels, major = base + size_t(c) * frames + t,
                       minor = base + size_t(t) * channels + c;
          to[major_ && in ? major : minor] = from[major_ && !in ? major : minor];
        }
  }

  Op ops_;
  Arena arena_;
  int examples_;
  bool major_;
  std::vector<Op*> order_;
  std::vector<Floats> caches_;
  Workspace workspace_;
};
