// Foreign code (a model) on a thread of its own, with a time limit.
#pragma once

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "nn/error.h"
#include "parting.h"
#include "priority.h"
#include "threads.h"

namespace nn {

// What the limited code is doing, for the sentence when it does not come back.
class Stage {
 public:
  void set(std::string what) {
    const std::lock_guard lock(mutex_);
    what_ = std::move(what);
  }
  std::string get() const {
    const std::lock_guard lock(mutex_);
    return what_;
  }

 private:
  mutable std::mutex mutex_;
  std::string what_ = "The model";
};

// Runs `work(stage)` and returns its result, or throws what it throws. When it takes longer than
// `seconds` it is left to itself, with everything it holds, and nn::Error says so: a model that
// never returns costs a thread, not the host. `work` must own all it uses.
template <typename Work>
auto limited(double seconds, Work work) {
  if (!(seconds > 0)) throw Error("A time limit must be above 0 s.");
  seconds = std::min(seconds, 1e6);  // clocks overflow on "for ever"
  using Result = decltype(work(std::declval<Stage&>()));
  struct Shared {
    std::promise<Result> promise;
    Stage stage;
  };
  auto shared = std::make_shared<Shared>();
  auto result = shared->promise.get_future();
  auto body = [shared, work = std::move(work)]() mutable {
    const InsideModel inside;
    be_ordinary();
    try {
      compute_on_this_thread_alone();
      shared->promise.set_value(work(shared->stage));
    } catch (...) {
      shared->promise.set_exception(std::current_exception());
    }
  };
  try {
    std::thread(std::move(body)).detach();
  } catch (const std::system_error&) {
    throw Error("The system starts no further thread.");
  }
  if (result.wait_for(std::chrono::duration<double>(seconds)) != std::future_status::ready) {
    part_without_crash();
    std::ostringstream text;
    text << shared->stage.get() << " did not return within " << seconds << " s.";
    throw Error(text.str());
  }
  return result.get();
}

}  // namespace nn
