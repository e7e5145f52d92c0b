// What fills a model's buffers and tensors: buffer~ and array objects of the patch.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "max.h"
#include "nn/contract.h"

namespace maxmsp {

// [channels, frames] of the buffer~ as it is now. Throws nn::Error where there is none, it is empty
// or busy.
nn::BufferValue read_buffer(t_buffer_ref* reference, t_symbol* name);
// The numbers of an `array` (Max 8.6 and later). Throws nn::Error.
nn::TensorValue read_array(t_symbol* name);

// A buffer~ for each buffer of the model. Main and scheduler threads, with the owner's lock held;
// but notify(), which Max may call with locks of its own held, takes only ours, and nothing of
// Max's is asked with ours held.
class BufferWatch {
 public:
  enum class News { changed, gone };
  struct Item {
    std::string key;
    t_symbol* name;
    News news;
  };

  explicit BufferWatch(t_object* owner) : owner_(owner) {}

  // The buffer `key` of the model follows the buffer~ of this name; returns what it holds.
  nn::BufferValue bind(const std::string& key, t_symbol* name);
  nn::BufferValue read(const std::string& key);
  void clear();
  // Any thread of Max's that tells the owner something.
  void notify(t_symbol* sender_name, t_symbol* message, void* sender, void* data);
  std::vector<Item> take_news();

 private:
  struct Free {
    void operator()(t_buffer_ref* reference) const { object_free(reference); }
  };
  struct Binding {
    std::string key;
    t_symbol* name;
    std::unique_ptr<t_buffer_ref, Free> reference;
    std::atomic<bool> changed{false}, gone{false};
  };
  using Bindings = std::vector<std::shared_ptr<Binding>>;
  t_object* owner_;
  std::mutex lock_;
  Bindings bindings_;
};

}  // namespace maxmsp
