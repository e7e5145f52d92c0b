// Between the audio thread and whoever changes what it plays: the audio thread never waits.
#pragma once

#include <atomic>
#include <thread>

namespace maxmsp {

class Gate {
 public:
  // Audio thread. False while the gate is closed or another audio thread is inside.
  bool enter() noexcept {
    int open = kOpen;
    return state_.compare_exchange_strong(open, kInside, std::memory_order_acquire);
  }
  void leave() noexcept { state_.store(kOpen, std::memory_order_release); }

  // Control threads, one at a time: nobody is inside while this lives.
  class Closed {
   public:
    explicit Closed(Gate& gate) : gate_(gate) {
      for (int open = kOpen; !gate_.state_.compare_exchange_weak(open, kClosed); open = kOpen)
        std::this_thread::yield();
    }
    ~Closed() { gate_.state_.store(kOpen, std::memory_order_release); }
    Closed(const Closed&) = delete;
    Closed& operator=(const Closed&) = delete;

   private:
    Gate& gate_;
  };

 private:
  enum { kOpen, kInside, kClosed };
  std::atomic<int> state_{kOpen};
};

}  // namespace maxmsp
