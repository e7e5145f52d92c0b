// What our four classes have in common: a C++ half behind one lock, lines for the console, messages
// from outlets, and a clock that polls other threads.
//
// Messages come from the main thread and from the scheduler's. Each is handled with the lock held;
// what it says goes out when the lock is free again, for it may come back, or meet a message on
// its way in. The audio thread never takes the lock.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "max.h"
#include "nn/chores.h"

namespace maxmsp {

class Object : public std::enable_shared_from_this<Object> {
 public:
  explicit Object(t_object* object);
  virtual ~Object();

  // Main thread: Max frees the object.
  void leave();

  // Main or scheduler thread: runs `call` with the lock held, errors told on the console. False
  // when it failed.
  bool enter(const std::function<void()>& call);

  // The rest with the lock held.
  void error(const std::string& text);
  void notice(const std::string& text);
  void send(void* outlet, const char* selector, const Atoms& atoms);

 protected:
  virtual void poll() = 0;  // main thread, every few milliseconds
  virtual bool busy() const = 0;
  virtual void forget_work() = 0;
  virtual bool renders() const { return false; }  // a result must not depend on when

  // Runs a job in the background; waits for it in a rendering.
  void work(nn::Chores& chores, nn::Chores::Job job);
  std::function<void(const std::string&)> complaints();
  t_object* object() const { return object_; }
  bool gone() const { return object_ == nullptr; }
  void start_clock();

 private:
  static void on_clock(Object* self);
  static void on_main(Object* self);
  void say(std::function<void(t_object*)> line);

  std::recursive_mutex lock_;
  int depth_ = 0;
  std::deque<std::function<void(t_object*)>> outbox_;
  t_object* object_;
  void* clock_ = nullptr;
  void* qelem_ = nullptr;
};

}  // namespace maxmsp
