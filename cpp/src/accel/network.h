// A whole chain of convolutions as a list of steps over buffers of frames.
//
// Frames lie time-major, [T, C]. Every value (what one layer makes) has room for the frames before
// and after the block, so that a layer writes its output where the next one reads it, behind its
// past; nothing is joined or gathered:
//
//     value     | past (headroom) | frames 0 … T-1 of this block | zeros (tailroom) |
//     a view           [begin …                      … T + end)
//
// The past comes from the module's own caches before a value is made and goes back there after:
// the network has no state of its own, and everything that reads or clears a cache still works.
// Activations and sums run inside the product they follow, where nobody else needs its output.
#pragma once

#include <memory>
#include <vector>

#include "product.h"

namespace nn::accel {

struct View {
  int value = -1;
  int begin = 0, end = 0;
  bool whole() const noexcept { return begin == 0 && end == 0; }
};

// A cache of the module: frames -from … -to of a value, [rows, to - from, C] or [rows, C, to -
// from]; or (tail) what a transposed convolution adds to its next frames, [rows, C, ratio].
struct Cache {
  int value = -1;
  int from = 0, to = 0;
  int channels = 0;
  bool channel_major = false;
  int frames() const noexcept { return from - to; }
};

struct Step {
  enum Kind : uint8_t { product, overlap, leaky, affine, copy, add } kind = product;
  View from, other;    // other: what is added
  int to = -1;         // −1: only `activated` is wanted
  int activated = -1;  // leaky ReLU of `to`, with `slope`
  float slope = 1;
  std::vector<Weights> groups;              // side by side in the channels of `from` and of `to`
  std::vector<float> bias, gain;            // of `affine`: shift and gain
  int stride = 1, dilation = 1, ratio = 1;  // a row of the product is `ratio` frames of `to`
  int cache = -1;                           // overlap: its tail
  int low = 0, high = 0;                    // leaky, affine: frames low … T + high
  bool past_only = false;                   // … only those before 0: the rest is made elsewhere
};

class Workspace;

class Network {
 public:
  // Building: control thread. Each call appends a layer and returns a view of what it makes. Throws
  // std::invalid_argument for what does not fit, and for numbers that no network needs.
  View input(int channels);
  int channels(View view) const { return values_[static_cast<size_t>(view.value)].channels; }
  // The last `frames` frames of the past before the view, kept in a new cache. `view` must be the
  // whole block, perhaps late (begin == end <= 0).
  View past(View view, int frames, bool channel_major);
  View zeros(View view, int left, int right);  // negative: frames cut off
  // taps · inputs of every group, in the channels side by side; bias as long as all outputs, or
  // empty. ratio: outputs are that many frames side by side.
  View product(View view, std::vector<Weights> groups, std::vector<float> bias, int stride,
               int dilation, int ratio);
  // Transposed convolution of kernel 2·ratio whose tail is kept in a new cache [C, ratio].
  View overlap(View view, Weights weights, std::vector<float> bias, int ratio);
  View leaky(View view, float slope);
  View affine(View view, std::vector<float> gain, std::vector<float> shift);
  // `second` has at least as many frames.
  View add(View first, View second);
  // Ends the building: fuses and finds how long each value lives. What goes in and out is [T, C]
  // or [C, T].
  void finish(View output, bool channel_major);

  const std::vector<Cache>& caches() const noexcept { return caches_; }
  size_t steps() const noexcept { return steps_.size(); }
  int input_channels() const noexcept { return values_[0].channels; }
  int output_channels() const { return channels(output_); }
  int output_frames(int frames) const;  // below 1: the block is too short
  // Of one block: bytes of weights read, multiplications and additions.
  double bytes() const noexcept { return bytes_; }
  double operations(int frames, int examples) const;

  // x: [examples, T, C] or [examples, C, T], y likewise; caches as above, at least `examples` rows
  // each. Any thread; the workspace belongs to the call. Throws std::length_error, before anything
  // is written, where the lengths of a sum differ or the block wants more memory than makes sense.
  void run(const float* x, float* y, int frames, int examples, float* const* caches,
           Workspace& workspace) const;

 private:
  friend class Run;
  struct Value {
    int channels = 0, headroom = 0, tailroom = 0;
    bool padded = false;      // zeros are wanted around it
    bool exists = false;      // not fused away
    int made = 0, used = 0;   // the steps that write it first and touch it last
    std::vector<int> caches;  // that fill the headroom
  };
  int value(int channels);
  View fresh(View view);  // a copy with nothing around it
  View pointwise(Step::Kind kind, View view);
  Value& of(int index) { return values_[static_cast<size_t>(index)]; }
  void expect(View view) const;
  void reach(View view);
  void fuse_sums();
  void fuse_activations();
  void find_lives();
  int uses(int value) const;
  int maker(int value) const;
  void find_lengths(int input_frames, std::vector<int>& lengths) const;  // of each value

  std::vector<Value> values_;
  std::vector<Step> steps_;
  std::vector<Cache> caches_;
  View output_;
  bool channel_major_ = false;
  double bytes_ = 0;
};

// Memory for the values of a running network; grows when it must, one per thread.
class Workspace {
 public:
  float* floats(size_t count);
  std::vector<size_t> offsets;  // of each value
  std::vector<int> lengths;     // frames of each value
  struct Gap {
    size_t offset, size;
  };
  std::vector<Gap> gaps;

 private:
  std::unique_ptr<float[]> memory_;
  float* aligned_ = nullptr;
  size_t size_ = 0;
};

}  // namespace nn::accel
