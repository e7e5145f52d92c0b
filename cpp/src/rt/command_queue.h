// Commands from control threads to the thread that runs the engine: many producers, one consumer,
// lock-free, in order.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace nn {

struct Command {
  std::function<void()> apply;
  bool declick = false;
  Command* next = nullptr;
};

class CommandQueue {
 public:
  CommandQueue() = default;
  CommandQueue(const CommandQueue&) = delete;
  CommandQueue& operator=(const CommandQueue&) = delete;
  ~CommandQueue() {
    take([](Command&) {});
  }

  void post(std::function<void()> apply, bool declick) {
    auto* command = new Command{std::move(apply), declick, nullptr};
    command->next = newest_.load(std::memory_order_relaxed);
    while (!newest_.compare_exchange_weak(command->next, command, std::memory_order_release,
                                          std::memory_order_relaxed)) {
    }
  }

  bool empty() const noexcept { return newest_.load(std::memory_order_acquire) == nullptr; }

  // Consumer: every command posted so far, oldest first.
  template <typename Visit>
  void take(Visit&& visit) {
    Command* newest = newest_.exchange(nullptr, std::memory_order_acquire);
    Command* oldest = nullptr;
    while (newest) {
      Command* older = newest->next;
      newest->next = oldest;
      oldest = newest;
      newest = older;
    }
    while (oldest) {
      visit(*oldest);
      Command* done = oldest;
      oldest = oldest->next;
      delete done;
    }
  }

 private:
  std::atomic<Command*> newest_{nullptr};
};

}  // namespace nn
