// What the recognisers find in modules of known kinds, before any of it is packed.
#pragma once

#include <torch/script.h>

#include <optional>
#include <string>
#include <vector>

#include "../network.h"

namespace nn::accel {

using Object = c10::intrusive_ptr<c10::ivalue::Object>;
using Path = std::vector<std::string>;  // attribute names, from some module on

struct Layer {
  enum Kind : uint8_t {
    chain,     // one after the other
    sum,       // side by side, added up
    shortcut,  // inner[0] a past or zeros, the rest a body; frame `start` of what inner[0] makes is
               // added to the first of the body's
    past,      // `frames` before the block, kept in `cache`
    delay,     // the same, cut off at the end
    zeros,     // `frames` before and `right` after the block
    leaky,     // `slope`
    affine,    // gain and bias
    product,   // `weights`, a group each, [taps, in, out]
    overlap,   // transposed convolution of kernel 2 · ratio with its tail in `cache`
  } kind = chain;
  std::vector<Layer> inner;
  int frames = 0, right = 0, start = 0;
  Path cache;  // from the module that was asked about
  int channels = 0;
  bool channel_major = false;
  float slope = 1;
  std::vector<at::Tensor> weights;
  at::Tensor bias, gain;
  int stride = 1, dilation = 1, ratio = 1;
  std::vector<at::Tensor> packed;  // attributes of the module that nothing else may need
};

// The layer that a module is, if its kind is known: those of nn_tilde's own streaming networks
// (frames [B, T, C]) and of networks streamed with cached convolutions (frames [B, C, T]).
// `at`: where the module lies. What is nested too deep, or too large, is not known.
std::optional<Layer> recognise(const Object& module, const Path& at);

// The modules that `module` does nothing but call one after the other; none if it does more.
struct Part {
  Object module;
  Path at;
};
std::optional<std::vector<Part>> parts(const Object& module, const Path& at);

// Whether the frames of a layer are [B, C, T]; nothing if it does not matter to it.
std::optional<bool> channel_major(const Layer& layer);
// Whether all that is in it agrees about that.
bool one_order(const Layer& layer);
// Of the layer and all that is in it, also those without a frame.
void find_caches(const Layer& layer, std::vector<Path>& caches);
// Channels that go in, 0 for any number.
int inputs(const Layer& layer);

// Appends a layer to a network; the paths of the caches in the order of the network's. Throws
// std::invalid_argument for what does not fit.
View append(Network& network, View view, const Layer& layer, Arena& arena, Precision precision,
            std::vector<Path>& caches);

namespace recognising {

// What both recognisers ask of a module.
std::string kind(const Object& module);       // name of its class, without the file
std::string qualified(const Object& module);  // with it
bool has(const Object& module, const char* name);
c10::IValue get(const Object& module, const char* name);
std::optional<Object> child(const Object& module, const char* name);
// Float, on the CPU, each number in memory of its own, no dimension beyond `kMost`.
std::optional<at::Tensor> tensor(const Object& module, const char* name);
std::optional<int64_t> whole(const Object& module, const char* name);  // between −kMost and kMost
inline constexpr int64_t kMost = 1 << 24;
std::vector<Part> children(const Object& list, const Path& at);  // of a ModuleList
Path below(const Path& path, const std::string& name);

std::optional<Layer> ours(const Object& module, const Path& at);
std::optional<Layer> cached(const Object& module, const Path& at);

}  // namespace recognising
}  // namespace nn::accel
