// Lines of text from the thread that runs the engine to whoever shows them. A stack of at most
// kMost unread lines; more are counted, not kept: a model that fails every block says so once.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace nn {

class Mailbox {
 public:
  static constexpr int kMost = 64;

  Mailbox() = default;
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox() { drain(); }

  // Engine thread. Allocates: never on the audio thread of a threaded stream.
  void put(std::string text) {
    if (unread_.fetch_add(1, std::memory_order_relaxed) >= kMost) {
      unread_.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    auto* line = new Line{std::move(text), newest_.load(std::memory_order_relaxed)};
    while (!newest_.compare_exchange_weak(line->next, line, std::memory_order_release,
                                          std::memory_order_relaxed)) {
    }
  }

  // Control threads.
  std::optional<std::string> get() {
    const std::lock_guard lock(reading_);
    drain();
    if (inbox_.empty()) return std::nullopt;
    std::string text = std::move(inbox_.front());
    inbox_.pop_front();
    unread_.fetch_sub(1, std::memory_order_relaxed);
    return text;
  }

 private:
  struct Line {
    std::string text;
    Line* next;
  };

  void drain() {
    Line* line = newest_.exchange(nullptr, std::memory_order_acquire);
    const auto at = inbox_.size();
    while (line) {
      inbox_.insert(inbox_.begin() + static_cast<std::ptrdiff_t>(at), std::move(line->text));
      Line* next = line->next;
      delete line;
      line = next;
    }
  }

  std::atomic<Line*> newest_{nullptr};
  std::atomic<int> unread_{0};
  std::mutex reading_;  // control threads only
  std::deque<std::string> inbox_;
};

}  // namespace nn
