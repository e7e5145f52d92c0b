// The inside of a Stream: what audio thread, engine thread and control threads share.
//
// Samples travel in numbered blocks. Block k is input samples [kN, (k+1)N) since the stream began;
// its output is due at those numbers plus the latency, or never. The audio thread writes accepted
// blocks one after another into `input_` and hands them over by advancing `handed_`; the engine
// thread writes block k's output to its place in `output_` and publishes it in `results_`.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "command_queue.h"
#include "gap.h"
#include "mailbox.h"
#include "nn/ring.h"
#include "nn/stream.h"

namespace nn {

class Stream::Core final : public Actor {
 public:
  Core(std::shared_ptr<Engine> engine, const StreamConfig& config);

  // Audio thread.
  template <typename Sample>
  void process(const Sample* const* in, Sample* const* out, int n) noexcept;

  // Engine thread: a worker, or the audio thread when synchronous.
  void work() noexcept override;
  int64_t next_deadline() const noexcept override;

  // Control threads.
  bool flush() noexcept;
  bool idle() const noexcept;
  std::optional<std::string> next_message();

  const StreamConfig config_;
  const int64_t latency_;
  CommandQueue commands_;
  Counters counters_;
  std::atomic<bool> enabled_{true}, discarded_{false}, offline_;
  std::atomic<Late> late_;
  std::atomic<double> sample_rate_;
  std::atomic<int64_t> last_callback_{0};  // synchronous: when, for playing()
  std::shared_ptr<Pool> pool_;             // null: synchronous
  int ticket_ = -1;

 private:
  enum class Fate : int { rested, accepted, dropped };
  enum class Heard { nothing_yet, model, gap };
  struct Handed {
    int64_t block;
    int64_t deadline;
  };
  struct Record {  // audio thread's own
    int64_t block = -1;
    Fate fate = Fate::rested;
  };

  // Audio thread.
  template <typename Sample>
  void take_in(const Sample* const* in, int n) noexcept;
  template <typename Sample>
  void give_out(Sample* const* out, int n) noexcept;
  template <typename Sample>
  void emit(Sample* const* out, int offset, int n, int64_t from, Heard heard) noexcept;
  Fate begin_block() noexcept;
  void hand_over(int64_t block, int64_t deadline) noexcept;
  void run_here() noexcept;
  Heard outcome(int64_t block) noexcept;
  void substitute(int channel, int64_t from, int n) noexcept;
  template <typename Ready>
  bool wait_offline(Ready&& ready) noexcept;

  // Engine thread.
  void apply_commands() noexcept;
  void compute_next() noexcept;
  bool run_block() noexcept;
  void complain(const std::string& text);

  int64_t result_slot(int64_t block) const noexcept {
    return block % static_cast<int64_t>(results_.size());
  }

  const int64_t block_;
  const int64_t backlog_;  // blocks handed over and not yet computed, at most
  std::shared_ptr<Engine> engine_;
  Ring input_, output_, dry_;

  // Audio thread's own.
  int64_t clock_ = 0;     // samples seen
  int64_t accepted_ = 0;  // blocks accepted before the one being filled
  int64_t missed_ = -1;   // last block counted as a miss
  std::vector<Record> records_;
  std::vector<float> substitute_;
  Gap gap_;
  bool muted_ = false;
  int64_t gave_up_at_ = -1;  // offline: blocks computed when waiting last was in vain

  // From audio to engine thread.
  std::vector<Handed> queue_;
  std::atomic<int64_t> handed_{0}, computed_{0};
  // From engine to audio thread: 2k + 1 when block k is good, 2k when it failed.
  std::vector<std::atomic<int64_t>> results_;

  // Engine thread's own.
  std::atomic<bool> claimed_{false};  // synchronous: audio thread or flush()
  std::atomic<bool> wanted_{false};   // offline: by the audio thread, which goes first
  std::atomic<bool> working_{false};  // inside work(), for idle()
  std::vector<const float*> in_rows_;
  std::vector<float*> out_rows_;
  Declick declick_;
  std::string last_complaint_;
  int64_t last_complaint_at_ = 0;

  Mailbox mailbox_;
  std::mutex telling_;  // control threads only
  int64_t told_misses_ = 0, last_miss_at_ = 0;
  bool told_stuck_ = false;
};

}  // namespace nn
