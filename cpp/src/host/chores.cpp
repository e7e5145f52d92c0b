#include "nn/chores.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "parting.h"

namespace nn {
namespace {

// A thread that runs on when the object, or the process, has gone.
template <typename Work>
void detach(Work work) {
  static const bool prepared = (part_without_crash(), true);
  static_cast<void>(prepared);
  std::thread([work = std::move(work)]() mutable {
    const InsideModel inside;
    work();
  }).detach();
}

}  // namespace

struct Chores::State {
  std::mutex mutex;  // control thread and the jobs' thread; never held while either works
  std::condition_variable replied;
  std::deque<Job> jobs;
  std::deque<Reply> replies;
  bool running = false;
  std::atomic<bool> cancelled{false};

  void work() {
    for (;;) {
      Job job;
      {
        const std::lock_guard lock(mutex);
        if (jobs.empty()) {
          running = false;
          replied.notify_all();
          return;
        }
        job = std::move(jobs.front());
        jobs.pop_front();
      }
      Reply reply;
      try {
        reply = job(cancelled);
      } catch (...) {
        reply = [error = std::current_exception()] { std::rethrow_exception(error); };
      }
      job = nullptr;  // what it owned goes before anyone hears of its end
      const std::lock_guard lock(mutex);
      if (!cancelled) replies.push_back(std::move(reply));
      replied.notify_all();
    }
  }
};

Chores::Chores(std::function<void(const std::string&)> complain)
    : complain_(std::move(complain)), state_(std::make_shared<State>()) {}

Chores::~Chores() {
  state_->cancelled.store(true);
  std::deque<Job> forgotten;
  const std::lock_guard lock(state_->mutex);
  forgotten.swap(state_->jobs);
}

void Chores::post(Job job) {
  const std::lock_guard lock(state_->mutex);
  state_->jobs.push_back(std::move(job));
  if (state_->running) return;
  try {
    detach([state = state_] { state->work(); });
    state_->running = true;
  } catch (const std::system_error&) {
    state_->jobs.clear();
    state_->replies.push_back([this] { complain_("The system starts no further thread."); });
  }
}

void Chores::in_turn(Reply reply) {
  if (idle())
    run(reply);
  else
    post([reply = std::move(reply)](const std::atomic<bool>&) { return reply; });
}

void Chores::run(const Reply& reply) {
  const auto complain = complain_;  // a reply may end this object
  try {
    if (reply) reply();
  } catch (const std::exception& e) {
    complain(e.what());
  } catch (...) {
    complain("Something failed for an unknown reason.");
  }
}

void Chores::poll() {
  const auto state = state_;
  while (!state->cancelled) {
    Reply reply;
    {
      const std::lock_guard lock(state->mutex);
      if (state->replies.empty()) return;
      reply = std::move(state->replies.front());
      state->replies.pop_front();
    }
    run(reply);
  }
}

bool Chores::idle() const {
  const std::lock_guard lock(state_->mutex);
  return !state_->running && state_->jobs.empty() && state_->replies.empty();
}

bool Chores::wait(double seconds) {
  const auto state = state_;
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!state->cancelled) {
    poll();
    if (state->cancelled || idle()) return true;
    if (std::chrono::steady_clock::now() > until) return false;
    std::unique_lock lock(state->mutex);
    if (state->running && state->replies.empty())
      state->replied.wait_for(lock, std::chrono::milliseconds(20));
  }
  return true;
}

void discard(std::shared_ptr<void> thing) {
  if (!thing) return;
  try {
    detach([thing = std::move(thing)]() mutable { thing.reset(); });
  } catch (const std::system_error&) {
    // It went here, on this thread.
  }
}

}  // namespace nn
