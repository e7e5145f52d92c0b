// Random numbers of a thread's own, for comparing two modules while others play.
#pragma once

#include <torch/script.h>

#include <cstdint>

namespace nn {

// While it lives, what this thread draws comes from a generator that began with `seed`, and the
// global one is left alone: a model that plays on another thread draws from it at any time.
class OwnChance {
 public:
  explicit OwnChance(uint64_t seed);
  ~OwnChance();
  OwnChance(const OwnChance&) = delete;
  OwnChance& operator=(const OwnChance&) = delete;

 private:
  c10::impl::IncludeDispatchKeyGuard included_;
  at::Generator before_;
};

}  // namespace nn
