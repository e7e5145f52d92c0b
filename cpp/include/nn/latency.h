// Block sizes and latencies, as pure functions. All sizes are in samples.
#pragma once

#include <cstdint>
#include <span>

namespace nn {

// How the host calls us.
struct Timing {
  int block = 2048;      // N, samples per model call
  int vector = 64;       // V, samples per audio callback; the largest one when it varies
  bool varies = false;   // callbacks of any size from 1 to `vector`, changing from call to call
  bool threaded = true;  // the model runs on a worker, not inside the callback
  int burst = 0;         // samples the host computes at once; 0: one vector
};

// Samples between an input sample and its output, the model's own delay excluded.
// 2N − V threaded and N − V synchronous where V divides N; in general V becomes gcd(N, V) (1 when
// it varies), and vectors longer than a block add what they must.
int64_t latency(const Timing& timing) noexcept;

// The smallest latency at which no block is late when each takes `cost` samples of wall time on one
// worker: found by simulating one period of lcm(N, V). Never above latency(timing).
// A cost that a block cannot be computed in (cost > N) gives latency(timing).
int64_t tight_latency(const Timing& timing, double cost) noexcept;

// Smallest power of two ≥ x; 1 for x ≤ 1.
int64_t next_power_of_two(int64_t x) noexcept;

// What a request for a block size means.
inline constexpr int kBlockOmitted = -1;
struct BlockSize {
  int block;      // N
  bool threaded;  // false after a request of 0
  bool raised;    // the request was smaller than the model's largest ratio
};
// `ratios`: those of all exposed methods. Omitted gives `standard` (4096 in Pd, max(P2(HR), P2(V))
// in Max) under the rule for numbers: 0 asks for synchronous calls at N = HR; less than HR is
// raised to HR; more is rounded up to a power of two. N is then rounded up to a common multiple of
// the ratios. Throws nn::Error when no block below 2^24 samples fits the ratios.
BlockSize block_size(int request, std::span<const int> ratios, int standard = 4096);

}  // namespace nn
