#include "nn/latency.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <string>

#include "nn/error.h"

namespace nn {

int64_t latency(const Timing& t) noexcept {
  const int64_t n = t.block, v = t.vector;
  // Output for the first sample of a block must fall in the callback that completes the block (or
  // the following block, threaded), wherever the block grid lies relative to the callbacks.
  const int64_t grid = t.varies ? 1 : std::gcd(n, v);
  return (t.threaded ? n + std::max(n, v) : n) - grid;
}

int64_t tight_latency(const Timing& t, double cost) noexcept {
  const int64_t widest = latency(t);
  const int64_t n = t.block, v = t.vector;
  if (!t.threaded || !(cost <= static_cast<double>(n))) return widest;
  // Within a burst no time passes between callbacks.
  cost = std::max(cost, 0.0) + std::max(0, t.burst - (t.varies ? 1 : t.vector));
  if (t.varies) {
    // No period to simulate: the worst case is one vector of waiting before the block is seen
    // complete. Several blocks in one vector would queue; keep the safe value there.
    const auto bound = n - 1 + v + static_cast<int64_t>(std::ceil(cost));
    return v > n ? widest : std::min(widest, bound);
  }
  // Callback j reads its input at time (j + 1)·V and emits output positions [jV, (j + 1)V).
  // Two periods, so that a queue left by the first is seen by the second.
  const int64_t blocks = 2 * (std::lcm(n, v) / n);
  double free_at = 0;
  int64_t needed = 0;
  for (int64_t k = 0; k < blocks; ++k) {
    const int64_t submitted_in = ((k + 1) * n + v - 1) / v - 1;
    const double submitted_at = static_cast<double>((submitted_in + 1) * v);
    free_at = std::max(free_at, submitted_at) + cost;
    const auto done_in = static_cast<int64_t>(std::ceil(free_at / static_cast<double>(v))) - 1;
    needed = std::max(needed, std::max(done_in, submitted_in + 1) * v - k * n);
  }
  return std::min(widest, needed);
}

int64_t next_power_of_two(int64_t x) noexcept {
  return x <= 1 ? 1 : static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(x)));
}

BlockSize block_size(int request, std::span<const int> ratios, int standard) {
  constexpr int64_t limit = 1 << 24;
  int64_t highest = 1, common = 1;
  for (const int ratio : ratios) {
    if (ratio < 1) throw Error("A ratio of " + std::to_string(ratio) + " makes no block size.");
    highest = std::max<int64_t>(highest, ratio);
    common = std::lcm(common, static_cast<int64_t>(ratio));
    if (common > limit) throw Error("The model's ratios have no common block below 2^24 samples.");
  }
  if (request == kBlockOmitted) request = standard;
  if (request > limit)
    throw Error("A block of " + std::to_string(request) + " samples is more than the limit, 2^24.");
  const bool raised = request != 0 && request < highest;
  int64_t block = request < highest ? highest : next_power_of_two(request);
  block = (block + common - 1) / common * common;
  return {static_cast<int>(block), request != 0, raised};
}

}  // namespace nn
