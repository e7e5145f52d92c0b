// Work that an object in a patch must not wait for: loading, downloading.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace nn {

// One object's jobs, one after another: the next begins when the last has been replied to. A thread
// exists only while a job runs. All calls are made by the object's control thread, the one that may
// talk to the audio host.
class Chores {
 public:
  // What a job leaves to be done on the control thread; may be empty.
  using Reply = std::function<void()>;
  // Runs on the thread, with everything it owns. `cancelled` turns true when the object goes.
  using Job = std::function<Reply(const std::atomic<bool>& cancelled)>;

  // `complain` is given, on the control thread, the text of what a job or a reply threw.
  explicit Chores(std::function<void(const std::string&)> complain);
  // Returns at once, see stop().
  ~Chores();
  Chores(const Chores&) = delete;
  Chores& operator=(const Chores&) = delete;

  void post(Job job);
  // Runs `reply` now, or after the jobs before it: changes stay in the order they were asked for.
  void in_turn(Reply reply);
  // Runs the reply that is due and starts the next job. Call it now and then. A reply may end this
  // object.
  void poll();
  // For good: what has not begun is forgotten, the reply of what runs is dropped.
  void stop();
  // Nothing to run, running or to be replied.
  bool idle() const;
  // Polls until idle; false after `seconds`.
  bool wait(double seconds);

 private:
  struct Task {  // a job with its reply, or a reply alone
    Job job;
    Reply reply;
  };
  struct Running;
  void start(Job job);

  std::function<void(const std::string&)> complain_;
  std::deque<Task> tasks_;
  std::shared_ptr<Running> running_;  // null: no job has begun and not been replied to
  std::shared_ptr<bool> alive_;
};

// Lets go of something that takes time to destroy, on a thread of its own.
void discard(std::shared_ptr<void> thing);

}  // namespace nn
