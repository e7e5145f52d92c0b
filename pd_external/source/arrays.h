// Pd's arrays as values of attributes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nn/contract.h"
#include "pd.h"

namespace pd {

using Names = std::vector<t_symbol*>;

// Arrays of one length as channels of one buffer, at `sample_rate` Hz. Throws nn::Error.
nn::BufferValue read_buffer(const Names& names, int sample_rate);
// One array as a tensor of one dimension. Throws nn::Error.
nn::TensorValue read_tensor(t_symbol* name);

// Finds arrays that have changed since they were given to the model. Pd does not tell, so a few
// samples are looked at every time, and all of them only when something has changed.
class ArrayWatch {
 public:
  enum class News { changed, gone };
  struct Item {
    std::string key;  // "attribute#element"
    Names names;
    News news;
  };

  // `key` now holds these arrays, as they are.
  void bind(const std::string& key, const Names& names);
  void clear() { bindings_.clear(); }

  // Looks at up to `samples` samples. What it reports counts as known from then on.
  std::vector<Item> look(int samples);

 private:
  struct Binding {
    std::string key;
    Names names;
    bool there = true;
    std::vector<int> sizes;
    uint64_t known = 0;    // what the model has
    uint64_t reading = 0;  // of the pass under way
    size_t array = 0;      // where that pass is
    int sample = 0;
  };
  static void remember(Binding& binding);
  static bool look(Binding& binding, int& samples, std::vector<Item>& news);

  std::vector<Binding> bindings_;
  size_t next_ = 0;
};

}  // namespace pd
