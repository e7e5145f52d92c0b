#include <stdexcept>

#include "layer.h"
#include "packing.h"

namespace nn::accel {
namespace {

std::vector<float> numbers(const at::Tensor& tensor) {
  if (!tensor.defined()) return {};
  const auto floats = tensor.detach().to(at::kFloat).flatten().contiguous();
  return {floats.const_data_ptr<float>(), floats.const_data_ptr<float>() + floats.numel()};
}

// The builder at work: what it appends to, and what it takes along.
struct Appender {
  Network& network;
  Arena& arena;
  Precision precision;
  std::vector<Path>& caches;

  View past(View view, const Layer& layer) {
    if (layer.channels != network.channels(view))
      throw std::invalid_argument("a past of other channels");
    const auto known = network.caches().size();
    view = network.past(view, layer.frames, layer.channel_major);
    if (network.caches().size() > known) caches.push_back(layer.cache);
    return view;
  }

  View operator()(View view, const Layer& layer) {
    switch (layer.kind) {
      case Layer::chain:
        for (const auto& inner : layer.inner) view = (*this)(view, inner);
        return view;
      case Layer::sum: {
        View total = (*this)(view, layer.inner.front());
        for (size_t i = 1; i < layer.inner.size(); ++i)
          total = network.add(total, (*this)(view, layer.inner[i]));
        return total;
      }
      case Layer::shortcut: {
        View body = (*this)(view, layer.inner.front());
        if (layer.start < 0 || layer.start > body.end - body.begin)
          throw std::invalid_argument("a shortcut from beyond the past");
        const View straight{body.value, body.begin + layer.start, body.begin + layer.start};
        for (size_t i = 1; i < layer.inner.size(); ++i) body = (*this)(body, layer.inner[i]);
        return network.add(body, straight);
      }
      case Layer::past:
        return past(view, layer);
      case Layer::delay:
        view = past(view, layer);
        view.end -= layer.frames;
        return view;
      case Layer::zeros:
        return network.zeros(view, layer.frames, layer.right);
      case Layer::leaky:
        return network.leaky(view, layer.slope);
      case Layer::affine:
        return network.affine(view, numbers(layer.gain), numbers(layer.bias));
      case Layer::product: {
        std::vector<Weights> groups;
        for (const auto& group : layer.weights) groups.push_back(pack(arena, group, precision));
        // Ours keep a bias for each column, the frames side by side included.
        return network.product(view, std::move(groups), numbers(layer.bias), layer.stride,
                               layer.dilation, layer.ratio);
      }
      case Layer::overlap: {
        const auto known = network.caches().size();
        const View made = network.overlap(view, pack(arena, layer.weights.front(), precision),
                                          numbers(layer.bias), layer.ratio);
        if (network.caches().size() != known + 1)
          throw std::invalid_argument("a transposed convolution without its tail");
        caches.push_back(layer.cache);
        return made;
      }
    }
    throw std::invalid_argument("a layer of no kind");
  }
};

}  // namespace

View append(Network& network, View view, const Layer& layer, Arena& arena, Precision precision,
            std::vector<Path>& caches) {
  return Appender{network, arena, precision, caches}(view, layer);
}

}  // namespace nn::accel
