// Work that an object in a patch must not wait for: loading, downloading.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace nn {

// One object's jobs, run one after another on a thread that exists only while there are any. All
// calls are made by the object's control thread, the one that may talk to the audio host.
class Chores {
 public:
  // What a job leaves to be done on the control thread; may be empty.
  using Reply = std::function<void()>;
  // Runs on the thread, with everything it owns. `cancelled` turns true when the object goes.
  using Job = std::function<Reply(const std::atomic<bool>& cancelled)>;

  // `complain` is given, on the control thread, the text of what a job or a reply threw.
  explicit Chores(std::function<void(const std::string&)> complain);
  // Returns at once: what has not begun is forgotten, the reply of what runs is dropped.
  ~Chores();
  Chores(const Chores&) = delete;
  Chores& operator=(const Chores&) = delete;

  void post(Job job);
  // Runs `reply` now, or after the jobs before it: changes stay in the order they were asked for.
  void in_turn(Reply reply);
  // Runs the replies that are due. Call it now and then. A reply may post, but not wait.
  void poll();
  // Nothing to run, running or to be replied.
  bool idle() const;
  // Polls until idle; false after `seconds`.
  bool wait(double seconds);

 private:
  struct State;
  void run(const Reply& reply);
  std::function<void(const std::string&)> complain_;
  std::shared_ptr<State> state_;
};

// Lets go of something that takes time to destroy, on a thread of its own.
void discard(std::shared_ptr<void> thing);

}  // namespace nn
