// Counters a patch can read at any time. Written by audio and worker, read by anyone, no locks.
#pragma once

#include <atomic>
#include <cstdint>

namespace nn {

// A reading. Loads are compute time per block divided by the block's duration: 1 is the limit.
struct Stats {
  int64_t blocks = 0;    // blocks the model has computed
  int64_t misses = 0;    // blocks that were not ready when due
  int64_t dropped = 0;   // blocks never given to the model: the backlog was full
  int64_t errors = 0;    // blocks for which the model threw or returned rubbish
  int64_t waits = 0;     // blocks an offline host waited for
  double load_mean = 0;  // since the last reset
  double load_peak = 0;  // since the last reset
};

class Counters {
 public:
  std::atomic<int64_t> misses{0}, dropped{0}, errors{0}, waits{0};

  // Worker, after each block.
  void ran(int64_t nanoseconds) noexcept {
    blocks_.fetch_add(1, std::memory_order_relaxed);
    timed_.fetch_add(1, std::memory_order_relaxed);
    busy_.fetch_add(nanoseconds, std::memory_order_relaxed);
    if (nanoseconds > peak_.load(std::memory_order_relaxed))
      peak_.store(nanoseconds, std::memory_order_relaxed);
  }
  // `block_ns`: duration of one block. `reset` starts new mean and peak loads.
  Stats read(double block_ns, bool reset = false) noexcept {
    Stats s;
    s.blocks = blocks_.load(std::memory_order_relaxed);
    s.misses = misses.load(std::memory_order_relaxed);
    s.dropped = dropped.load(std::memory_order_relaxed);
    s.errors = errors.load(std::memory_order_relaxed);
    s.waits = waits.load(std::memory_order_relaxed);
    const auto timed = reset ? timed_.exchange(0) : timed_.load();
    const auto busy = reset ? busy_.exchange(0) : busy_.load();
    const auto peak = reset ? peak_.exchange(0) : peak_.load();
    if (timed > 0) s.load_mean = static_cast<double>(busy) / static_cast<double>(timed) / block_ns;
    s.load_peak = static_cast<double>(peak) / block_ns;
    return s;
  }

 private:
  std::atomic<int64_t> blocks_{0}, timed_{0}, busy_{0}, peak_{0};
};

}  // namespace nn
