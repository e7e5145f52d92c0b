// What an audio object plays: one stream, and for the moment of a change two.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "nn/stream.h"

namespace nn {

// Sample = float or double. Rows are c·batch + b. A stream may have fewer channels or examples than
// the player: it takes the first of each, and the other outputs are silent. Never more.
template <typename Sample>
class Player {
 public:
  Player(int inputs, int outputs, int batch = 1);  // channels
  ~Player();                                       // control thread, audio stopped
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  // Control thread. The audio thread takes the stream over at its next callback: what plays goes
  // on until the new stream has filled its latency, then the two crossfade over 5 ms. One that was
  // still waiting for that is dropped. A null pointer fades to silence. Frees what the audio thread
  // has finished with.
  void play(std::unique_ptr<Stream> stream, int batch = 1);
  // Control thread, audio stopped: the stream is heard from its first sample, and all others are
  // gone, also one that play() was changing to.
  void restart(std::unique_ptr<Stream> stream, int batch = 1);
  // Control thread, audio stopped: from now on process() takes that many channels of that many
  // examples, never fewer than before.
  void grow(int inputs, int outputs, int batch = 1);

  // Audio thread, wait-free; any n ≥ 1.
  void process(const Sample* const* in, Sample* const* out, int n) noexcept;

  // Any thread: for every stream that plays or will, from the next callback on. See Stream.
  void enable(bool on) noexcept { enabled_.store(on); }
  void set_late(Late late) noexcept { late_.store(static_cast<int>(late)); }
  void set_offline(bool offline) noexcept { offline_.store(offline); }

  // Control thread, now and then: frees streams that are no longer played.
  void collect() noexcept;
  // Control thread: no change of stream is under way.
  bool settled() const noexcept;

 private:
  struct Entry {  // a stream to change to; the stream may be null
    std::unique_ptr<Stream> stream;
    std::vector<float> fade;  // into it, at its sample rate
    int batch = 1;
  };
  void run(Entry* entry, Sample* const* out, int n) noexcept;
  void take_incoming() noexcept;
  void settle() noexcept;
  void process_portion(int n) noexcept;
  void mix(int n) noexcept;
  bool retire(Entry* entry) noexcept;
  static void let_go(Entry* entry) noexcept;
  static int64_t filled(const Entry& entry) noexcept;
  void instruct(Stream& stream) const noexcept;

  void run_fewer(Entry& entry, Sample* const* out, int n) noexcept;

  int outputs_ = 0;  // rows
  int batch_ = 1;
  std::atomic<Entry*> incoming_{nullptr};
  std::array<std::atomic<Entry*>, 4> retired_{};
  std::atomic<bool> changing_{false};
  std::atomic<int> enabled_{-1}, late_{-1}, offline_{-1};  // -1: as the stream has it

  // Audio thread's own.
  Entry* current_ = nullptr;
  Entry* next_ = nullptr;
  int64_t next_age_ = 0;  // samples the next stream has taken
  std::vector<Sample> scratch_;
  std::vector<Sample*> scratch_rows_;
  std::vector<const Sample*> in_;
  std::vector<Sample*> out_;
  std::vector<const Sample*> fewer_in_;  // the rows of a stream with fewer examples
  std::vector<Sample*> fewer_out_;
};

extern template class Player<float>;
extern template class Player<double>;

}  // namespace nn
