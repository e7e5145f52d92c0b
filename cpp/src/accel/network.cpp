#include "network.h"

#include <algorithm>
#include <stdexcept>

namespace nn::accel {
namespace {

constexpr int kInput = -1;  // made before the first step
// Channels, frames of a past, strides and so on: a file that wants more means harm, and sums of a
// few such numbers fit an int.
constexpr int kMost = 1 << 24;
constexpr int64_t kMostFrames = int64_t{1} << 28;  // of a block, anywhere in the network

bool sane(int number, int least) { return number >= least && number <= kMost; }

void expect(bool fits, const char* otherwise) {
  if (!fits) throw std::invalid_argument(otherwise);
}

// Whether a step reads a value.
bool reads(const Step& step, int value) {
  return step.from.value == value || step.other.value == value;
}

}  // namespace

int Network::value(int channels) {
  accel::expect(sane(channels, 1), "a layer without channels, or of too many");
  values_.push_back({});
  values_.back().channels = channels;
  return static_cast<int>(values_.size()) - 1;
}

// A view whose frames there is room for.
void Network::expect(View view) const {
  const bool known = view.value >= 0 && view.value < static_cast<int>(values_.size());
  accel::expect(known && view.begin >= -values_[static_cast<size_t>(view.value)].headroom &&
                    view.end <= values_[static_cast<size_t>(view.value)].tailroom,
                "a view of frames that are not there");
}

// Makes room for a view.
void Network::reach(View view) {
  accel::expect(sane(view.begin, -kMost) && sane(view.end, -kMost), "a past of too many frames");
  Value& v = of(view.value);
  v.headroom = std::max(v.headroom, -view.begin);
  v.tailroom = std::max(v.tailroom, view.end);
}

View Network::input(int channels) {
  accel::expect(values_.empty(), "a network with two inputs");
  return {value(channels)};
}

View Network::fresh(View view) {
  expect(view);
  Step step;
  step.kind = Step::copy;
  step.from = view;
  step.to = value(channels(view));
  steps_.push_back(std::move(step));
  return {steps_.back().to};
}

// Frames stay where they are, those before and after the block included.
View Network::pointwise(Step::Kind kind, View view) {
  expect(view);
  Step step;
  step.kind = kind;
  step.from = view;
  step.to = value(channels(view));
  step.low = view.begin, step.high = view.end;
  const View made{step.to, view.begin, view.end};
  reach(made);
  steps_.push_back(std::move(step));
  return made;
}

View Network::past(View view, int frames, bool channel_major) {
  expect(view);
  accel::expect(sane(frames, 0) && view.begin == view.end && view.begin <= 0,
                "a past before frames that are not one after the other");
  if (frames == 0) return view;
  const auto overlaps = [&](int other) {
    const Cache& cache = caches_[static_cast<size_t>(other)];
    return cache.from > -view.begin && cache.to < frames - view.begin;
  };
  const Value& v = of(view.value);
  if (v.padded || std::any_of(v.caches.begin(), v.caches.end(), overlaps)) view = fresh(view);
  of(view.value).caches.push_back(static_cast<int>(caches_.size()));
  caches_.push_back({view.value, frames - view.begin, -view.begin, channels(view), channel_major});
  view.begin -= frames;
  reach(view);
  return view;
}

View Network::zeros(View view, int left, int right) {
  expect(view);
  accel::expect(sane(left, -kMost) && sane(right, -kMost), "zeros of too many frames");
  const bool pads = left > 0 || right > 0;
  // What was cut off must not come back, and frames of the past are no zeros.
  const bool hides = (left > 0 && view.begin > 0) || (right > 0 && view.end < 0);
  if (hides || (pads && !of(view.value).caches.empty())) view = fresh(view);
  view.begin -= left, view.end += right;
  if (pads) of(view.value).padded = true;
  reach(view);
  return view;
}

View Network::product(View view, std::vector<Weights> groups, std::vector<float> bias, int stride,
                      int dilation, int ratio) {
  expect(view);
  accel::expect(!groups.empty() && sane(stride, 1) && sane(dilation, 1) && sane(ratio, 1),
                "a convolution with a stride, dilation or ratio that makes no sense");
  const Geometry first = groups.front().geometry();
  int64_t outputs = 0;
  bool alike = int64_t{first.taps - 1} * dilation <= kMost;
  for (const Weights& group : groups) {
    const Geometry& g = group.geometry();
    outputs += g.outputs;
    alike &= g.taps == first.taps && g.inputs == first.inputs;
  }
  const bool fits = alike && outputs <= kMost && outputs % ratio == 0 &&
                    static_cast<int64_t>(groups.size()) * first.inputs == channels(view) &&
                    (ratio == 1 || groups.size() == 1) &&
                    (bias.empty() || bias.size() == static_cast<size_t>(outputs));
  accel::expect(fits, "a convolution that does not fit its input");
  Step step;
  step.from = view;
  step.stride = stride, step.dilation = dilation, step.ratio = ratio;
  step.to = value(static_cast<int>(outputs) / ratio);
  for (const Weights& group : groups) bytes_ += static_cast<double>(group.bytes());
  step.groups = std::move(groups), step.bias = std::move(bias);
  steps_.push_back(std::move(step));
  return {steps_.back().to};
}

View Network::overlap(View view, Weights weights, std::vector<float> bias, int ratio) {
  expect(view);
  const Geometry g = weights.geometry();
  const int outputs = sane(ratio, 1) ? g.outputs / ratio : 0;
  accel::expect(outputs > 0 && g.outputs % ratio == 0 && g.taps == 2 &&
                    g.inputs == channels(view) &&
                    (bias.empty() || bias.size() == static_cast<size_t>(outputs)),
                "a transposed convolution that does not fit its input");
  Step step;
  step.kind = Step::overlap;
  step.from = zeros(view, 1, 1);
  step.ratio = ratio;
  step.to = value(outputs);
  step.cache = static_cast<int>(caches_.size());
  caches_.push_back({-1, ratio, 0, outputs, true});
  bytes_ += static_cast<double>(weights.bytes());
  step.groups.push_back(std::move(weights));
  step.bias = std::move(bias);
  steps_.push_back(std::move(step));
  return {steps_.back().to};
}

View Network::leaky(View view, float slope) {
  const View made = pointwise(Step::leaky, view);
  steps_.back().slope = slope;
  return made;
}

View Network::affine(View view, std::vector<float> gain, std::vector<float> shift) {
  expect(view);
  const auto wanted = static_cast<size_t>(channels(view));
  accel::expect(gain.size() == wanted && shift.size() == wanted,
                "a gain that does not fit its input");
  const View made = pointwise(Step::affine, view);
  steps_.back().gain = std::move(gain), steps_.back().bias = std::move(shift);
  return made;
}

View Network::add(View first, View second) {
  expect(first), expect(second);
  accel::expect(channels(first) == channels(second), "a sum of unequal widths");
  Step step;
  step.kind = Step::add;
  step.from = first, step.other = second;
  step.to = value(channels(first));
  steps_.push_back(std::move(step));
  return {steps_.back().to};
}

void Network::finish(View output, bool channel_major) {
  expect(output);
  output_ = output, channel_major_ = channel_major;
  fuse_sums();
  fuse_activations();
  find_lives();
}

int Network::uses(int value) const {
  auto count = std::count_if(steps_.begin(), steps_.end(),
                             [&](const Step& step) { return reads(step, value); });
  return static_cast<int>(count) + (output_.value == value) +
         static_cast<int>(values_[static_cast<size_t>(value)].caches.size());
}

int Network::maker(int value) const {
  for (size_t i = 0; i < steps_.size(); ++i)
    if (steps_[i].to == value || steps_[i].activated == value) return static_cast<int>(i);
  return kInput;
}

// product, then + other: the product adds it.
void Network::fuse_sums() {
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].kind != Step::add) continue;
    for (const bool swapped : {false, true}) {
      const View sum = swapped ? steps_[i].other : steps_[i].from;
      const View other = swapped ? steps_[i].from : steps_[i].other;
      const int at = maker(sum.value);
      if (at == kInput || !sum.whole() || sum.value == other.value || uses(sum.value) != 1)
        continue;
      Step& product = steps_[static_cast<size_t>(at)];
      if (product.kind != Step::product || product.other.value >= 0 || maker(other.value) >= at)
        continue;
      product.other = other;
      product.to = steps_[i].to;
      steps_.erase(steps_.begin() + static_cast<ptrdiff_t>(i--));
      break;
    }
  }
}

// product, then a leaky ReLU: stored activated, also or only.
void Network::fuse_activations() {
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].kind != Step::leaky || steps_[i].from.end > 0) continue;
    const View from = steps_[i].from;
    const int at = maker(from.value), made = steps_[i].to;
    if (at == kInput || (from.begin < 0 && !of(made).caches.empty())) continue;
    Step& before = steps_[static_cast<size_t>(at)];
    const bool stores = before.kind == Step::product || before.kind == Step::overlap;
    if (!stores || before.activated >= 0 || before.to != from.value) continue;
    before.activated = made;
    before.slope = steps_[i].slope;
    if (from.begin < 0)
      steps_[i].past_only = true;
    else
      steps_.erase(steps_.begin() + static_cast<ptrdiff_t>(i--));
    if (uses(from.value) == 0) steps_[static_cast<size_t>(at)].to = -1;
  }
}

void Network::find_lives() {
  for (size_t v = 0; v < values_.size(); ++v) {
    const int index = static_cast<int>(v);
    values_[v].made = maker(index);
    values_[v].exists = v == 0 || values_[v].made != kInput;
    values_[v].used = values_[v].made;
    for (size_t i = 0; i < steps_.size(); ++i)
      if (reads(steps_[i], index) || (steps_[i].past_only && steps_[i].to == index))
        values_[v].used = static_cast<int>(i);
    if (output_.value == index) values_[v].used = static_cast<int>(steps_.size());
  }
}

void Network::find_lengths(int input_frames, std::vector<int>& lengths) const {
  lengths.assign(values_.size(), 0);
  lengths[0] = input_frames;
  const auto in = [&](View view) {
    return int64_t{lengths[static_cast<size_t>(view.value)]} - view.begin + view.end;
  };
  for (const Step& step : steps_) {
    int64_t made = lengths[static_cast<size_t>(step.from.value)];
    if (step.kind == Step::product) {
      const int span = (step.groups[0].geometry().taps - 1) * step.dilation;
      const int64_t rest = in(step.from) - span - 1;
      made = rest < 0 ? 0 : (rest / step.stride + 1) * step.ratio;
    } else if (step.kind == Step::overlap) {
      made = (in(step.from) - 2) * step.ratio;  // without the zeros at both ends
    } else if (step.kind == Step::add || step.kind == Step::copy) {
      made = in(step.from);
    }
    made = std::max(made, int64_t{0});
    if (made > kMostFrames) throw std::length_error("a block of too many frames");
    if (step.other.value >= 0 && in(step.other) < made)
      throw std::length_error("a sum of unequal lengths");
    if (step.to >= 0) lengths[static_cast<size_t>(step.to)] = static_cast<int>(made);
    if (step.activated >= 0) lengths[static_cast<size_t>(step.activated)] = static_cast<int>(made);
  }
}

int Network::output_frames(int frames) const {
  std::vector<int> lengths;
  find_lengths(frames, lengths);
  return lengths[static_cast<size_t>(output_.value)] - output_.begin + output_.end;
}

double Network::operations(int frames, int examples) const {
  std::vector<int> lengths;
  find_lengths(frames, lengths);
  double sum = 0;
  for (const Step& step : steps_)
    for (const Weights& group : step.groups) {
      const auto& g = group.geometry();
      const int made = lengths[static_cast<size_t>(step.to >= 0 ? step.to : step.activated)];
      sum += 2.0 * g.taps * g.inputs * g.outputs * made / step.ratio;
    }
  return sum * examples;
}

}  // namespace nn::accel
