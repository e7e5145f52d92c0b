#include "arrays.h"

#include <algorithm>
#include <bit>

#include "nn/error.h"

namespace pd {
namespace {

struct Content {
  const t_word* words = nullptr;
  int size = -1;  // there is no such array
};

Content content_of(t_symbol* name) {
  Content content;
  t_word* words = nullptr;
  if (t_garray* array = find_array(name)) {
    if (!garray_getfloatwords(array, &content.size, &words)) content.size = -1;
    content.words = words;
  }
  return content;
}

Content known(t_symbol* name) {
  const Content content = content_of(name);
  if (content.size < 0) throw nn::Error("There is no array '" + std::string(name->s_name) + "'.");
  return content;
}

// FNV-1a, a sample at a time.
constexpr uint64_t kSeed = 0xcbf29ce484222325;
uint64_t mixed(uint64_t hash, t_float sample) {
  const auto bits = std::bit_cast<uint32_t>(static_cast<float>(sample));
  return (hash ^ bits) * 0x100000001b3;
}

std::vector<int> sizes_of(const Names& names) {
  std::vector<int> sizes;
  for (t_symbol* name : names) sizes.push_back(content_of(name).size);
  return sizes;
}

}  // namespace

nn::BufferValue read_buffer(const Names& names, int sample_rate) {
  nn::BufferValue value;
  value.channels = static_cast<int>(names.size());
  value.sample_rate = sample_rate;
  for (t_symbol* name : names) {
    const Content content = known(name);
    if (name != names.front() && content.size != value.frames)
      throw nn::Error("The arrays of one buffer must be equally long: '" +
                      std::string(names.front()->s_name) + "' has " + std::to_string(value.frames) +
                      " samples and '" + name->s_name + "' has " + std::to_string(content.size) +
                      ".");
    value.frames = content.size;
    value.data.reserve(names.size() * static_cast<size_t>(content.size));
    for (int i = 0; i < content.size; ++i)
      value.data.push_back(static_cast<float>(content.words[i].w_float));
  }
  return value;
}

nn::TensorValue read_tensor(t_symbol* name) {
  const Content content = known(name);
  nn::TensorValue value{{content.size}, {}};
  value.data.reserve(static_cast<size_t>(content.size));
  for (int i = 0; i < content.size; ++i)
    value.data.push_back(static_cast<float>(content.words[i].w_float));
  return value;
}

void ArrayWatch::remember(Binding& b) {
  b.sizes = sizes_of(b.names);
  b.known = kSeed;
  for (t_symbol* name : b.names) {
    const Content content = content_of(name);
    for (int i = 0; i < content.size; ++i) b.known = mixed(b.known, content.words[i].w_float);
  }
  b.reading = kSeed;
  b.array = 0;
  b.sample = 0;
}

void ArrayWatch::bind(const std::string& key, const Names& names) {
  std::erase_if(bindings_, [&](const Binding& b) { return b.key == key; });
  Binding binding;
  binding.key = key;
  binding.names = names;
  remember(binding);
  bindings_.push_back(std::move(binding));
}

std::vector<ArrayWatch::Item> ArrayWatch::look(int samples) {
  std::vector<Item> news;
  for (size_t looked = 0; looked < bindings_.size() && samples > 0; ++looked) {
    Binding& binding = bindings_[next_ % bindings_.size()];
    // A pass that is not at its end goes on next time.
    if (look(binding, samples, news)) ++next_;
  }
  return news;
}

// True when the pass has reached its end.
bool ArrayWatch::look(Binding& b, int& samples, std::vector<Item>& news) {
  const auto sizes = sizes_of(b.names);
  const bool there = std::find(sizes.begin(), sizes.end(), -1) == sizes.end();
  if (!there) {
    if (b.there) news.push_back({b.key, b.names, News::gone});
    b.there = false;
    return true;
  }
  if (b.there && sizes == b.sizes) {
    while (b.array < b.names.size()) {
      const Content content = content_of(b.names[b.array]);
      for (; b.sample < content.size && samples > 0; ++b.sample, --samples)
        b.reading = mixed(b.reading, content.words[b.sample].w_float);
      if (b.sample < content.size) return false;
      ++b.array;
      b.sample = 0;
    }
    if (b.reading == b.known) {
      b.reading = kSeed;
      b.array = 0;
      return true;
    }
  }
  b.there = true;
  remember(b);
  news.push_back({b.key, b.names, News::changed});
  return true;
}

}  // namespace pd
