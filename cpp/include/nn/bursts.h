// How many samples an audio host computes at once, found by watching its callbacks: between them no
// time passes in which a model could run.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace nn {

class Bursts {
 public:
  // Audio thread, every callback of n samples. `live`: someone listens; who renders to a file
  // computes everything at once.
  void callback(int n, double sample_rate, bool live = true) noexcept {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> passed = now - last_;
    last_ = now;
    // Longer than any device's delay: the host is catching up.
    const int most = static_cast<int>(sample_rate / 2);
    const bool at_once = live && passed.count() < 0.5 * n / sample_rate;
    burst_ = at_once ? std::min(burst_ + n, most) : n;
    if (burst_ < most && burst_ > longest_.load(std::memory_order_relaxed))
      longest_.store(burst_, std::memory_order_relaxed);
  }
  // Any thread: samples; 0 before the first callback.
  int longest() const noexcept { return longest_.load(std::memory_order_relaxed); }
  // Audio stopped.
  void restart() noexcept { burst_ = 0, longest_ = 0; }

 private:
  std::chrono::steady_clock::time_point last_{};
  int burst_ = 0;
  std::atomic<int> longest_{0};
};

}  // namespace nn
