// One block through a network.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "network.h"
#include "pair.h"

namespace nn::accel {
namespace {

constexpr size_t kAlignment = 64;             // bytes
constexpr double kMostFloats = 4294967296.0;  // of a workspace

size_t rounded(size_t floats) { return (floats + 15) / 16 * 16; }

// Takes memory where a value that is no longer needed was, else at the end.
class Plan {
 public:
  explicit Plan(std::vector<Workspace::Gap>& gaps) : gaps_(gaps) { gaps_.clear(); }
  size_t take(size_t size) {
    for (auto gap = gaps_.begin(); gap != gaps_.end(); ++gap) {
      if (gap->size < size) continue;
      const size_t at = gap->offset;
      gap->offset += size, gap->size -= size;
      if (gap->size == 0) gaps_.erase(gap);
      return at;
    }
    const size_t at = peak_;
    peak_ += size;
    return at;
  }
  void give(size_t offset, size_t size) {
    auto after = std::find_if(gaps_.begin(), gaps_.end(),
                              [&](const Workspace::Gap& gap) { return gap.offset > offset; });
    after = gaps_.insert(after, {offset, size});
    if (after + 1 != gaps_.end() && after->offset + after->size == (after + 1)->offset) {
      after->size += (after + 1)->size;
      gaps_.erase(after + 1);
    }
    if (after != gaps_.begin() && (after - 1)->offset + (after - 1)->size == after->offset) {
      (after - 1)->size += after->size;
      gaps_.erase(after);
    }
  }
  size_t peak() const { return peak_; }

 private:
  std::vector<Workspace::Gap>& gaps_;
  size_t peak_ = 0;
};

}  // namespace

float* Workspace::floats(size_t count) {
  if (count > size_) {
    memory_.reset();
    size_ = 0;  // should there be no memory for more
    const size_t size = count + count / 4;
    constexpr size_t spare = kAlignment / sizeof(float);
    // Aligned by hand: not every system that we link for has operator new with an alignment.
    memory_.reset(new float[size + spare]);
    const auto address = reinterpret_cast<uintptr_t>(memory_.get());
    aligned_ = memory_.get() + (kAlignment - address % kAlignment) % kAlignment / sizeof(float);
    size_ = size;
  }
  return aligned_;
}

class Run {
 public:
  Run(const Network& net, const float* x, float* y, int frames, int examples, float* const* caches,
      Workspace& workspace)
      : net_(net), x_(x), y_(y), examples_(examples), caches_(caches), work_(workspace) {
    net.find_lengths(frames, work_.lengths);
    plan();
  }

  void operator()() {
    begin(0);
    const auto rows = static_cast<size_t>(length(0)) * channels(0);
    if (!direct_in_)
      for (int b = 0; b < examples_; ++b) {
        const float* from = x_ + static_cast<size_t>(b) * rows;
        if (net_.channel_major_)
          transpose(from, length(0), at(0, b, 0), channels(0), channels(0), length(0));
        else
          std::memcpy(at(0, b, 0), from, rows * sizeof(float));
      }
    end(0);
    for (const Step& step : net_.steps_) {
      const int made = step.past_only ? -1 : step.to;
      for (const int v : {made, step.activated})
        if (v >= 0) begin(v);
      run(step);
      for (const int v : {made, step.activated})
        if (v >= 0) end(v);
    }
    if (!direct_out_) write();
  }

 private:
  const Network::Value& value(int v) const { return net_.values_[static_cast<size_t>(v)]; }
  int channels(int v) const { return value(v).channels; }
  int length(int v) const { return work_.lengths[static_cast<size_t>(v)]; }
  size_t rows(int v) const {
    return static_cast<size_t>(value(v).headroom + length(v) + value(v).tailroom);
  }
  size_t stride(int v) const { return rows(v) * static_cast<size_t>(channels(v)); }  // of examples
  float* at(int v, int example, int frame) const {
    float* base = v == 0 && direct_in_ ? const_cast<float*>(x_)
                  : v == net_.output_.value && direct_out_
                      ? y_
                      : memory_ + work_.offsets[static_cast<size_t>(v)];
    return base + static_cast<size_t>(example) * stride(v) +
           static_cast<ptrdiff_t>(value(v).headroom + frame) * channels(v);
  }
  float* at(View view, int example) const { return at(view.value, example, view.begin); }
  ptrdiff_t apart(int v) const { return static_cast<ptrdiff_t>(stride(v)); }

  // Sizes are sizes that a size_t holds, and no more than some music needs.
  void expect_sane() const {
    double most = 0;
    for (size_t v = 0; v < net_.values_.size(); ++v) {
      const double floats = static_cast<double>(rows(static_cast<int>(v)));
      most = std::max(most, floats * channels(static_cast<int>(v)) * examples_);
    }
    for (const Step& step : net_.steps_)
      if (!step.groups.empty()) {
        const auto& g = step.groups[0].geometry();
        const double count = static_cast<double>(shape_of(step).count) * examples_;
        most = std::max(most, count * g.outputs);
      }
    if (most > kMostFloats) throw std::length_error("a block that wants too much memory");
  }

  void plan() {
    expect_sane();
    const auto bare = [&](int v) { return value(v).headroom == 0 && value(v).tailroom == 0; };
    direct_in_ = !net_.channel_major_ && bare(0);
    direct_out_ = !net_.channel_major_ && net_.output_.whole() && net_.output_.value != 0 &&
                  bare(net_.output_.value);
    Plan plan(work_.gaps);
    const int values = static_cast<int>(net_.values_.size());
    work_.offsets.assign(net_.values_.size(), 0);
    const auto size = [&](int v) { return rounded(stride(v) * static_cast<size_t>(examples_)); };
    const auto placed = [&](int v) {
      return value(v).exists && !(v == 0 && direct_in_) &&
             !(v == net_.output_.value && direct_out_);
    };
    for (int step = -1; step < static_cast<int>(net_.steps_.size()); ++step) {
      for (int v = 0; v < values; ++v)
        if (placed(v) && value(v).made == step)
          work_.offsets[static_cast<size_t>(v)] = plan.take(size(v));
      for (int v = 0; v < values; ++v)
        if (placed(v) && value(v).used == step)
          plan.give(work_.offsets[static_cast<size_t>(v)], size(v));
    }
    size_t scratch = 0;
    for (const Step& step : net_.steps_)
      if (!step.groups.empty()) scratch = std::max(scratch, scratch_of(step));
    if (static_cast<double>(plan.peak() + scratch) > kMostFloats)
      throw std::length_error("a block that wants too much memory");
    memory_ = work_.floats(plan.peak() + scratch);
    scratch_ = memory_ + plan.peak();
  }

  Rows rows_of(const Step& step) const {
    Rows r = shape_of(step);
    r.first = at(step.from, 0);
    return r;
  }
  // The same before there is any memory.
  Rows shape_of(const Step& step) const {
    const int v = step.from.value;
    const auto& geometry = step.groups[0].geometry();
    Rows r;
    r.row = static_cast<ptrdiff_t>(step.stride) * channels(v);
    r.tap = static_cast<ptrdiff_t>(step.dilation) * channels(v);
    const int span = (geometry.taps - 1) * step.dilation;
    const int heard = length(v) - step.from.begin + step.from.end;
    r.count = heard > span ? (heard - span - 1) / step.stride + 1 : 0;
    r.examples = examples_;
    r.batch = apart(v);
    return r;
  }
  size_t raw_floats(const Step& step) const {
    return step.kind == Step::overlap
               ? rounded(static_cast<size_t>(examples_) *
                         static_cast<size_t>(shape_of(step).count) *
                         static_cast<size_t>(step.groups[0].geometry().outputs))
               : 0;
  }
  size_t scratch_of(const Step& step) const {
    size_t most = 0;
    for (const Weights& group : step.groups)
      most = std::max(most, shared_scratch_floats(group, shape_of(step)));
    return raw_floats(step) + rounded(most);
  }

  // Fills the past of a value from the caches, and zeros where nothing is known.
  void begin(int v) const {
    const auto& it = value(v);
    const auto wide = static_cast<size_t>(it.channels);
    for (int b = 0; b < examples_; ++b) {
      if (it.headroom > 0)
        std::memset(at(v, b, -it.headroom), 0,
                    static_cast<size_t>(it.headroom) * wide * sizeof(float));
      if (it.tailroom > 0)
        std::memset(at(v, b, length(v)), 0,
                    static_cast<size_t>(it.tailroom) * wide * sizeof(float));
      for (const int c : it.caches) {
        const Cache& cache = net_.caches_[static_cast<size_t>(c)];
        const auto size = static_cast<size_t>(cache.frames()) * wide;
        const float* from = caches_[c] + static_cast<size_t>(b) * size;
        float* to = at(v, b, -cache.from);
        if (cache.channel_major)
          transpose(from, cache.frames(), to, it.channels, it.channels, cache.frames());
        else
          std::memcpy(to, from, size * sizeof(float));
      }
    }
  }

  void end(int v) const {
    const auto& it = value(v);
    for (const int c : it.caches) {
      const Cache& cache = net_.caches_[static_cast<size_t>(c)];
      const auto size = static_cast<size_t>(cache.frames()) * static_cast<size_t>(it.channels);
      for (int b = 0; b < examples_; ++b) {
        const float* from = at(v, b, length(v) - cache.from);
        float* to = caches_[c] + static_cast<size_t>(b) * size;
        if (cache.channel_major)
          transpose(from, it.channels, to, cache.frames(), cache.frames(), it.channels);
        else
          std::memcpy(to, from, size * sizeof(float));
      }
    }
  }

  void run(const Step& step) const {
    switch (step.kind) {
      case Step::product:
        return product(step);
      case Step::overlap:
        return overlap(step);
      case Step::add:
        return add(step);
      case Step::copy:
        return copy(step);
      default:
        return pointwise(step);
    }
  }

  void product(const Step& step) const {
    Rows r = rows_of(step);
    if (r.count <= 0) return;
    int outputs = 0;
    for (const Weights& group : step.groups) outputs += group.geometry().outputs;
    const auto target = [&](int v, int frame) {
      return v < 0 ? Target{} : Target{at(v, 0, frame), outputs, apart(v)};
    };
    Finish f;
    f.bias = step.bias.empty() ? nullptr : step.bias.data();
    f.y = target(step.to, 0);
    f.leaky = target(step.activated, 0);
    f.add = target(step.other.value, step.other.begin);
    f.slope = step.slope;
    for (const Weights& group : step.groups) {
      shared_multiply(group, r, f, scratch_);
      const int in = group.geometry().inputs, out = group.geometry().outputs;
      r.first += in;
      if (f.bias) f.bias += out;
      for (Target* t : {&f.y, &f.leaky, &f.add})
        if (t->first) t->first += out;
    }
  }

  // Frame q of the product is frames q·ratio … of what x[q-1] and x[q] add up to; the last has only
  // its first half and waits in the cache.
  void overlap(const Step& step) const {
    const Rows r = rows_of(step);
    if (r.count <= 0) return;
    const int wide = step.groups[0].geometry().outputs, out = wide / step.ratio;
    float* raw = scratch_;
    Finish f;
    f.y = {raw, wide, static_cast<ptrdiff_t>(r.count) * wide};
    shared_multiply(step.groups[0], r, f, scratch_ + raw_floats(step));
    for (int b = 0; b < examples_; ++b) {
      float* first = raw + static_cast<ptrdiff_t>(b) * r.count * wide;
      const float* last = first + static_cast<ptrdiff_t>(r.count - 1) * wide;
      float* tail = caches_[step.cache] + static_cast<ptrdiff_t>(b) * wide;
      for (int j = 0; j < step.ratio; ++j)
        for (int o = 0; o < out; ++o) first[j * out + o] += tail[o * step.ratio + j];
      const int frames = (r.count - 1) * step.ratio;
      for (const int v : {step.to, step.activated}) {
        if (v < 0) continue;
        float* to = at(v, b, 0);
        for (int t = 0; t < frames; ++t, to += out)
          for (int o = 0; o < out; ++o) {
            const float y =
                first[t * out + o] + (step.bias.empty() ? 0.f : step.bias[static_cast<size_t>(o)]);
            to[o] = v == step.to || y > 0 ? y : y * step.slope;
          }
      }
      for (int j = 0; j < step.ratio; ++j)
        for (int o = 0; o < out; ++o) tail[o * step.ratio + j] = last[j * out + o];
    }
  }

  void add(const Step& step) const {
    const auto count =
        static_cast<size_t>(length(step.to)) * static_cast<size_t>(channels(step.to));
    for (int b = 0; b < examples_; ++b) {
      const float *first = at(step.from, b), *second = at(step.other, b);
      float* to = at(step.to, b, 0);
      for (size_t i = 0; i < count; ++i) to[i] = first[i] + second[i];
    }
  }

  void copy(const Step& step) const {
    const auto count =
        static_cast<size_t>(length(step.to)) * static_cast<size_t>(channels(step.to));
    for (int b = 0; b < examples_ && count > 0; ++b)
      std::memcpy(at(step.to, b, 0), at(step.from, b), count * sizeof(float));
  }

  void pointwise(const Step& step) const {
    const int last = step.past_only ? 0 : length(step.from.value) + step.high;
    if (last <= step.low) return;
    const int wide = channels(step.to);
    const auto count = static_cast<size_t>(last - step.low) * static_cast<size_t>(wide);
    for (int b = 0; b < examples_; ++b) {
      const float* from = at(step.from.value, b, step.low);
      float* to = at(step.to, b, step.low);
      if (step.kind == Step::leaky)
        leaky_relu(from, to, count, step.slope);
      else
        for (int t = step.low; t < last; ++t, from += wide, to += wide)
          for (int c = 0; c < wide; ++c)
            to[c] = step.bias[static_cast<size_t>(c)] + from[c] * step.gain[static_cast<size_t>(c)];
    }
  }

  void write() const {
    const View out = net_.output_;
    const int wide = channels(out.value), frames = length(out.value) - out.begin + out.end;
    if (frames <= 0) return;
    for (int b = 0; b < examples_; ++b) {
      float* to = y_ + static_cast<ptrdiff_t>(b) * frames * wide;
      if (net_.channel_major_)
        transpose(at(out, b), wide, to, frames, frames, wide);
      else
        std::memcpy(to, at(out, b),
                    static_cast<size_t>(frames) * static_cast<size_t>(wide) * sizeof(float));
    }
  }

  const Network& net_;
  const float* x_;
  float* y_;
  int examples_;
  float* const* caches_;
  Workspace& work_;
  bool direct_in_ = false, direct_out_ = false;
  float *memory_ = nullptr, *scratch_ = nullptr;
};

void Network::run(const float* x, float* y, int frames, int examples, float* const* caches,
                  Workspace& workspace) const {
  Run(*this, x, y, frames, examples, caches, workspace)();
}

}  // namespace nn::accel
