// A second thread for the products of one stream. It sleeps between blocks and looks for work,
// without sleeping, only while a block is computed; a product does not wait for it to wake, but
// takes back the half that it has not begun. Where other programs want the second core, a half that
// was begun may take long: then the pair rests for some blocks, more each time.
#pragma once

#include <atomic>
#include <functional>
#include <semaphore>
#include <thread>

#include "product.h"

namespace nn::accel {

class Pair {
 public:
  // Starts the thread; `prepare` runs on it first. Throws std::system_error where there are no
  // more.
  explicit Pair(std::function<void()> prepare = {});
  ~Pair();
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  // While it lives, products of this thread are shared with the pair. One at a time. Null: alone.
  class Block {
   public:
    explicit Block(Pair* pair) noexcept;
    ~Block();
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;

   private:
    Pair* pair_;
  };
  // What products of this thread are shared with, or null.
  static Pair* current() noexcept;

  // Runs work(0) here and work(1) on either thread; returns when both are done. Inside a Block.
  template <typename Work>
  void both(const Work& work) noexcept {
    halve([](const void* data, int half) { (*static_cast<const Work*>(data))(half); }, &work);
  }

 private:
  using Call = void (*)(const void* data, int half);
  enum State : uint32_t { none, offered, taken, done };

  void halve(Call call, const void* data) noexcept;
  void run(const std::function<void()>& prepare);

  Call call_ = nullptr;
  const void* data_ = nullptr;
  std::atomic<uint32_t> state_{none};
  int resting_ = 0, rest_ = 1;                    // blocks still to go; how many the last rest had
  bool late_ = false;                             // in this block
  std::atomic<bool> open_{false}, ended_{false};  // a block is being computed; the end
  std::counting_semaphore<> wake_{0};
  std::thread thread_;
};

// multiply(), half of the panels on each thread where there is a pair and enough to do; the same
// bits. scratch: of shared_scratch_floats().
void shared_multiply(const Weights& weights, const Rows& rows, const Finish& finish,
                     float* scratch) noexcept;
size_t shared_scratch_floats(const Weights& weights, const Rows& rows) noexcept;

}  // namespace nn::accel
