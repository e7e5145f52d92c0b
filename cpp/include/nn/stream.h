// One engine on live audio: samples in and out in any portions, model calls in blocks of N.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "nn/engine.h"
#include "nn/latency.h"
#include "nn/pool.h"
#include "nn/stats.h"

namespace nn {

// What is heard while a block is late. Every change is ramped over 5 ms.
enum class Late {
  silence,
  hold,    // the last sample of each output; right for latent and control signals
  bypass,  // the inputs, delayed by the latency; outputs without an input are silent
};

struct StreamConfig {
  Timing timing;
  int inputs = 1;              // host channels in, ≥ 0
  int outputs = 1;             // host channels out, ≥ 0
  double sample_rate = 44100;  // Hz
  Late late = Late::silence;
  bool tight = false;          // the smallest safe latency for `cost` instead of the standard one
  double cost = 0;             // tight: measured seconds per block, margin included
  bool offline = false;        // the host is faster than real time: wait for late blocks, at most
  double offline_wait = 30;    //   this many seconds each, instead of missing them
  std::shared_ptr<Pool> pool;  // threaded: null takes the process's pool
};

// Throws nn::Error unless it is a sample rate: above 0 and at most 10 MHz.
void check_sample_rate(double sample_rate);

class Stream {
 public:
  static constexpr int kLargestVector = 8192;       // of one process()
  static constexpr int kLargestHostVector = 65536;  // which a Player cuts

  // Control thread. Throws nn::Error when a size makes no sense or the pool is full.
  Stream(std::shared_ptr<Engine> engine, const StreamConfig& config);
  // Control thread. Returns at once; a block that is being computed is finished and thrown away.
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Audio thread. n samples of each input in, n of each output out; 1 ≤ n ≤ 8192 at will, also
  // across block boundaries. `in` and `out` may share memory. Threaded: wait-free, no allocation,
  // no system call but waking a sleeping worker. Sample = float or double.
  template <typename Sample>
  void process(const Sample* const* in, Sample* const* out, int n) noexcept;

  // Samples from input to output, the model's own delay excluded. Fixed for the stream's life.
  int64_t latency() const noexcept;
  const StreamConfig& config() const noexcept;

  // Any thread but the audio thread: runs `command` between two blocks, after those posted before,
  // on the thread that runs the engine. `declick`: the command changes what is heard, so join the
  // next block to the last with a ramp. An exception becomes a message.
  void post(std::function<void()> command, bool declick = false);
  // The same thread as post, synchronous streams only: applies posted commands now, unless the
  // audio thread is computing (then the next block does). Returns whether the queue was emptied.
  // A block that the audio thread completes meanwhile is late (offline, the audio thread waits):
  // do not call it while playing().
  bool flush() noexcept;
  // Synchronous streams: whether a callback may run the engine: it is enabled, and there was one in
  // the last 0.1 s (longer for long vectors).
  bool playing() const noexcept;

  // Control thread: another rate for deadlines and loads. Ramps and latency stay as they are.
  void set_sample_rate(double sample_rate) noexcept;

  // Any thread. Off: silence after a ramp, the model rests and keeps its state. On: from the next
  // block on, a latency later.
  void enable(bool on) noexcept;
  // For good: blocks that wait are thrown away, none is computed any more. What the audio thread
  // does with a stream it has done with, so that its backlog holds nobody up.
  void discard() noexcept;
  void set_late(Late late) noexcept;
  void set_offline(bool offline) noexcept;

  // Control threads: the next line to show a user (a model that failed, blocks that came late).
  std::optional<std::string> next_message();

  Stats stats(bool reset = false) noexcept;

  // Control thread, with audio stopped: waits until no block is computed or waiting.
  // False after `seconds`.
  bool wait_idle(double seconds) noexcept;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace nn
