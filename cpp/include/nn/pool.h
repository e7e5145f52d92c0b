// The worker threads of the process. Any number of streams share them; none starts its own.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

namespace nn {

// Nanoseconds on the steady clock; what deadlines are written in.
int64_t now_ns() noexcept;

// Something that does its work one unit at a time: a stream. The pool never runs two units of one
// actor at once.
class Actor {
 public:
  virtual ~Actor() = default;
  // Worker thread: one unit of work (a block, or the waiting commands).
  virtual void work() noexcept = 0;
  // Worker thread, after work(): when the next unit is due; kNever when none waits.
  virtual int64_t next_deadline() const noexcept = 0;

  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
};

class Pool {
 public:
  static constexpr int kActors = 1024;  // streams that may be registered at once

  // `workers` threads; `on_start` runs first on each (the model layer sets torch up there).
  // 0 workers: nothing runs but by run_one(), on the caller's thread (emulators, tests).
  explicit Pool(int workers, std::function<void()> on_start = {});
  ~Pool();  // stops
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // The process's pool: physical cores − 1 workers, at least one; NN_WORKERS overrides. Created on
  // first use, stopped at exit. `on_start` is taken from the first call.
  static const std::shared_ptr<Pool>& shared(std::function<void()> on_start = {});
  // At the end of the process: stops the process's pool, if there is one.
  static void stop_shared() noexcept;

  // For good: no further unit is begun. Waits for running ones at most a second, then leaves their
  // threads to themselves.
  void stop() noexcept;

  // Control threads. Throws nn::Error when kActors streams are registered. The ticket is what the
  // audio thread submits with.
  int add(std::shared_ptr<Actor> actor);
  // Never blocks: an actor that is computing is dropped by its worker when it returns.
  void remove(int ticket) noexcept;

  // Any thread, wait-free: one more unit of work waits, due at `deadline`.
  void submit(int ticket, int64_t deadline) noexcept;
  // Any thread, wait-free: wakes one sleeping worker, if one sleeps. Once after a row of submits.
  void notify() noexcept;

  // Control threads, now and then: when every worker has been inside one unit for `stuck_ns`, adds
  // one (at most 8), so that a model that never returns does not silence the others.
  // Returns whether this ticket's unit is stuck.
  bool check(int ticket, int64_t stuck_ns = 2'000'000'000);

  // The unit due first, on the calling thread. False when none waits.
  bool run_one();

  int threads() const noexcept;

 private:
  struct Worker;
  struct Slot;
  struct State;  // outlives the pool when a thread is stuck
  void grow(bool urgent);

  std::shared_ptr<State> state_;
  std::mutex growing_;  // control threads only
  int added_ = 0;       // workers started in place of stuck ones
};

}  // namespace nn
