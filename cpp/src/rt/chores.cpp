#include "nn/chores.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "nn/error.h"
#include "parting.h"
#include "priority.h"

namespace nn {
namespace {

// A thread that runs on when the object, or the process, has gone.
template <typename Work>
void detach(Work work) {
  static const bool prepared = (part_without_crash(), true);
  static_cast<void>(prepared);
  std::thread([work = std::move(work)]() mutable {
    const InsideModel inside;
    be_ordinary();
    work();
    work = {};  // what it owned goes while it still counts as inside
  }).detach();
}

}  // namespace

struct Chores::Running {
  std::atomic<bool> cancelled{false};
  std::mutex mutex;  // held for a moment, by the thread and by poll()
  std::condition_variable finished;
  bool done = false;
  Reply reply;
};

Chores::Chores(std::function<void(const std::string&)> complain)
    : complain_(std::move(complain)), alive_(std::make_shared<bool>(true)) {}

Chores::~Chores() { stop(); }

void Chores::stop() {
  *alive_ = false;
  if (running_) running_->cancelled.store(true);
  std::deque<Task> forgotten;
  forgotten.swap(tasks_);
}

void Chores::post(Job job) {
  tasks_.push_back({std::move(job), {}});
  if (tasks_.size() == 1 && !running_) poll();
}

void Chores::in_turn(Reply reply) {
  tasks_.push_back({{}, std::move(reply)});
  if (tasks_.size() == 1 && !running_) poll();
}

void Chores::start(Job job) {
  running_ = std::make_shared<Running>();
  const auto work = [running = running_](Job& what) {
    Reply reply;
    try {
      reply = what(running->cancelled);
    } catch (...) {
      reply = [error = std::current_exception()] { std::rethrow_exception(error); };
    }
    what = nullptr;  // what it owned goes before anyone hears of its end
    const std::lock_guard lock(running->mutex);
    running->done = true;
    running->reply = std::move(reply);
    running->finished.notify_all();
  };
  try {
    detach(std::function<void()>([work, job = std::move(job)]() mutable { work(job); }));
  } catch (const std::system_error&) {
    running_->done = true;
    running_->reply = [] { throw Error("The system starts no further thread."); };
  }
}

void Chores::poll() {
  const auto alive = alive_;
  while (*alive) {
    Reply reply;
    if (running_) {
      const std::lock_guard lock(running_->mutex);
      if (!running_->done) return;
      reply = std::move(running_->reply);
    } else {
      if (tasks_.empty()) return;
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      if (task.job) {
        start(std::move(task.job));
        return;  // not to its reply, however quick it is: post() never replies
      }
      reply = std::move(task.reply);
    }
    running_.reset();
    const auto complain = complain_;  // a reply may end this object
    try {
      if (reply) reply();
    } catch (const std::exception& e) {
      complain(e.what());
    } catch (...) {
      complain("Something failed for an unknown reason.");
    }
  }
}

bool Chores::idle() const { return !running_ && tasks_.empty(); }

bool Chores::wait(double seconds) {
  const auto alive = alive_;
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (*alive) {
    poll();
    if (!*alive || idle()) return true;
    const auto running = running_;
    std::unique_lock lock(running->mutex);
    if (!running->finished.wait_until(lock, until, [&] { return running->done; })) return false;
  }
  return true;
}

void discard(std::shared_ptr<void> thing) {
  if (!thing) return;
  try {
    detach(std::function<void()>([thing = std::move(thing)]() mutable { thing.reset(); }));
  } catch (const std::system_error&) {
    // It went here, on this thread.
  }
}

}  // namespace nn
