// An audio host on a virtual clock: callbacks of any size, delivered in bursts if wanted, and one
// worker that takes a given time per block. Nothing depends on how fast this machine is.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "nn/stream.h"

namespace nn {

class Emulator {
 public:
  // `pool` must be the stream's and have no threads. `cost`: samples of time per block; `burst`:
  // samples the host computes at once (0: each callback at its own time).
  Emulator(std::shared_ptr<Pool> pool, Stream& stream, double cost, int burst = 0)
      : pool_(std::move(pool)), stream_(stream), cost_(cost), burst_(burst) {}

  // One callback: its inputs exist, and its outputs are wanted, at the end of its samples, or
  // for bursts when the whole burst's samples exist.
  void callback(const float* const* in, float* const* out, int n) {
    const int64_t end = clock_ + n;
    const int64_t time = burst_ > 0 ? (end + burst_ - 1) / burst_ * burst_ : end;
    run_until(static_cast<double>(time));
    stream_.process(in, out, n);
    const int block = stream_.config().timing.block;
    for (int64_t done = clock_ / block; done < end / block; ++done)
      submitted_.push_back(static_cast<double>(time));
    clock_ = end;
  }

 private:
  void run_until(double time) {
    while (!submitted_.empty()) {
      const double finished = std::max(free_at_, submitted_.front()) + cost_;
      if (finished > time) return;
      if (!pool_->run_one()) return;
      free_at_ = finished;
      submitted_.pop_front();
    }
  }

  std::shared_ptr<Pool> pool_;
  Stream& stream_;
  double cost_;
  int burst_;
  int64_t clock_ = 0;
  double free_at_ = 0;
  std::deque<double> submitted_;
};

}  // namespace nn
