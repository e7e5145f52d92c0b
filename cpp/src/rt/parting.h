// The end of a process while a model still runs. C++ would destroy torch's globals under it, and
// that crashes: a model that never returns would turn every quit into a crash.
#pragma once

#include <atomic>

namespace nn {

// Lives while its thread is inside a model.
class InsideModel {
 public:
  InsideModel() noexcept { ++threads(); }
  ~InsideModel() { --threads(); }
  InsideModel(const InsideModel&) = delete;
  InsideModel& operator=(const InsideModel&) = delete;

  static std::atomic<int>& threads() noexcept;
};

// Control threads. From now on a process that ends gives running models a second to return; if one
// does not, it ends there and then, with its exit status, destroying nothing. What is created
// after the newest call is destroyed before that: call it again when a model is found to be stuck.
void part_without_crash() noexcept;

}  // namespace nn
