#include "nn/pool.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "cores.h"
#include "denormals.h"
#include "nn/error.h"
#include "parting.h"
#include "priority.h"
#include "wake.h"

namespace nn {
namespace {

std::atomic<Pool*> the_shared{nullptr};

}  // namespace

int64_t now_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// A registered actor. `phase` decides who may touch `actor`:
//   free ──add──▶ idle ◀──work done── claimed ──remove──▶ abandoned ──work done──▶ free
//                  └──remove──▶ free
// Everything a worker reads before it has claimed the slot is atomic and belongs to the pool.
struct Pool::Slot {
  enum Phase : int { kFree, kReserved, kIdle, kClaimed, kAbandoned };
  std::atomic<int> phase{kFree};
  std::atomic<int64_t> waiting{0};               // units submitted and not yet done
  std::atomic<int64_t> deadline{Actor::kNever};  // of the earliest; a hint for the order only
  std::atomic<int64_t> since{0};                 // when the running unit began; 0: none
  std::shared_ptr<Actor> actor;

  // Bounded in practice by the two or three threads that submit to one stream.
  void lower_deadline(int64_t to) noexcept {
    int64_t now = deadline.load();
    while (to < now && !deadline.compare_exchange_weak(now, to)) {
    }
  }
};

struct Pool::Worker {
  Wake wake;
  std::atomic<bool> asleep{false};
  std::atomic<bool> done{false};
  std::atomic<int64_t> since{0};  // when the running unit began; 0: none
};

struct Pool::State {
  static constexpr int kWorkers = 256;
  std::array<Slot, kActors> slots;
  std::atomic<int> used{0};  // slots ever used: how far a scan goes
  std::array<std::unique_ptr<Worker>, kWorkers> workers;
  std::atomic<int> count{0};  // workers ever started
  std::atomic<bool> stop{false};
  std::function<void()> on_start;

  // Earliest deadline first; a stream that is hopelessly behind (a model too slow for this machine)
  // gets what time the others leave.
  Slot* earliest() noexcept {
    Slot *best = nullptr, *behind = nullptr;
    int64_t best_deadline = 0, behind_deadline = 0;
    const int64_t hopeless = now_ns() - 20'000'000;
    const int n = used.load(std::memory_order_acquire);
    for (int i = 0; i < n; ++i) {
      Slot& slot = slots[static_cast<size_t>(i)];
      if (slot.waiting.load() <= 0 || slot.phase.load() != Slot::kIdle) continue;
      const int64_t deadline = slot.deadline.load(std::memory_order_relaxed);
      if (deadline < hopeless) {
        if (!behind || deadline < behind_deadline) behind = &slot, behind_deadline = deadline;
      } else if (!best || deadline < best_deadline) {
        best = &slot, best_deadline = deadline;
      }
    }
    return best ? best : behind;
  }

  // Returns whether there was anything to do.
  bool run_one(Worker& self) {
    Slot* slot = earliest();
    if (!slot) return false;
    int idle = Slot::kIdle;
    if (!slot->phase.compare_exchange_strong(idle, Slot::kClaimed)) return true;
    if (slot->waiting.load() > 0) {
      const int64_t now = now_ns();
      self.since.store(now, std::memory_order_relaxed);
      slot->since.store(now, std::memory_order_relaxed);
      // From here on every submit lowers the deadline; what waited before is added afterwards.
      slot->deadline.store(Actor::kNever);
      {
        const InsideModel inside;
        slot->actor->work();
      }
      slot->waiting.fetch_sub(1);
      slot->lower_deadline(slot->actor->next_deadline());
      slot->since.store(0, std::memory_order_relaxed);
      self.since.store(0, std::memory_order_relaxed);
    }
    int claimed = Slot::kClaimed;
    if (!slot->phase.compare_exchange_strong(claimed, Slot::kIdle)) free(*slot);
    return true;
  }

  static void free(Slot& slot) noexcept {
    slot.actor.reset();
    slot.waiting.store(0);
    slot.deadline.store(Actor::kNever, std::memory_order_relaxed);
    slot.since.store(0, std::memory_order_relaxed);
    slot.phase.store(Slot::kFree, std::memory_order_release);
  }

  void loop(Worker& self, bool urgent) {
    urgent ? yield_to_audio() : be_ordinary();
    const FlushDenormals flush;
    try {
      if (on_start) on_start();
    } catch (...) {
      // It helps the work along, no more.
    }
    while (!stop.load()) {
      if (run_one(self)) continue;
      // Announce the nap, then look once more: a submit either sees `asleep` or is seen here.
      self.asleep.store(true);
      if (stop.load() || earliest()) {
        if (self.asleep.exchange(false)) continue;  // else a wake() is on its way: take it below
      }
      self.wake.sleep();
    }
    self.done.store(true);
  }
};

Pool::Pool(int workers, std::function<void()> on_start) : state_(std::make_shared<State>()) {
  state_->on_start = std::move(on_start);
  for (int i = 0; i < workers; ++i) grow(true);
}

Pool::~Pool() {
  Pool* self = this;
  the_shared.compare_exchange_strong(self, nullptr);
  stop();
}

void Pool::stop() noexcept {
  state_->stop.store(true);
  const int n = state_->count.load();
  for (int i = 0; i < n; ++i) state_->workers[static_cast<size_t>(i)]->wake.wake();
  const int64_t until = now_ns() + 1'000'000'000;
  for (int i = 0; i < n; ++i)
    while (!state_->workers[static_cast<size_t>(i)]->done.load() && now_ns() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void Pool::grow(bool urgent) {
  const int index = state_->count.load();
  if (index >= State::kWorkers) return;
  auto& worker = state_->workers[static_cast<size_t>(index)];
  worker = std::make_unique<Worker>();
  // Detached: the thread keeps State alive, so a model that never returns cannot hold up an exit.
  try {
    std::thread([state = state_, self = worker.get(), urgent] {
      state->loop(*self, urgent);
    }).detach();
  } catch (const std::system_error&) {
    throw Error("The system starts no further thread.");
  }
  state_->count.store(index + 1, std::memory_order_release);
}

const std::shared_ptr<Pool>& Pool::shared(std::function<void()> on_start) {
  static const std::shared_ptr<Pool> pool = [&] {
    part_without_crash();
    const char* wanted = std::getenv("NN_WORKERS");
    const int workers = wanted ? std::atoi(wanted) : physical_cores() - 1;
    auto made = std::make_shared<Pool>(std::clamp(workers, 1, 64), std::move(on_start));
    the_shared.store(made.get());
    return made;
  }();
  return pool;
}

void Pool::stop_shared() noexcept {
  if (Pool* pool = the_shared.load()) pool->stop();
}

int Pool::add(std::shared_ptr<Actor> actor) {
  for (int i = 0; i < kActors; ++i) {
    Slot& slot = state_->slots[static_cast<size_t>(i)];
    int free = Slot::kFree;
    if (!slot.phase.compare_exchange_strong(free, Slot::kReserved)) continue;
    slot.actor = std::move(actor);
    int used = state_->used.load();
    while (used < i + 1 && !state_->used.compare_exchange_weak(used, i + 1)) {
    }
    slot.phase.store(Slot::kIdle, std::memory_order_release);
    return i;
  }
  throw Error("There are already " + std::to_string(kActors) + " streams; close some first.");
}

void Pool::remove(int ticket) noexcept {
  Slot& slot = state_->slots[static_cast<size_t>(ticket)];
  for (;;) {
    int phase = Slot::kIdle;
    if (slot.phase.compare_exchange_strong(phase, Slot::kReserved)) return State::free(slot);
    if (phase == Slot::kClaimed && slot.phase.compare_exchange_strong(phase, Slot::kAbandoned))
      return;
    if (phase != Slot::kIdle && phase != Slot::kClaimed) return;  // removed before
  }
}

void Pool::submit(int ticket, int64_t deadline) noexcept {
  Slot& slot = state_->slots[static_cast<size_t>(ticket)];
  slot.lower_deadline(deadline);
  slot.waiting.fetch_add(1);
}

void Pool::notify() noexcept {
  const int n = state_->count.load(std::memory_order_acquire);
  for (int i = 0; i < n; ++i) {
    Worker& worker = *state_->workers[static_cast<size_t>(i)];
    if (worker.asleep.load() && worker.asleep.exchange(false)) return worker.wake.wake();
  }
}

bool Pool::check(int ticket, int64_t stuck_ns) {
  constexpr int kMostAdded = 8;
  const std::lock_guard lock(growing_);
  const int64_t now = now_ns();
  const auto stuck = [&](int64_t since) { return since != 0 && now - since > stuck_ns; };
  const int n = state_->count.load();
  int held = 0;
  for (int i = 0; i < n; ++i) held += stuck(state_->workers[static_cast<size_t>(i)]->since.load());
  if (n > 0 && held == n && added_ < kMostAdded) {
    ++added_;
    part_without_crash();
    try {
      grow(false);
      notify();  // it may have gone to sleep before it could be seen
    } catch (const Error&) {
      // Then those that are stuck are all there are.
    }
  }
  return stuck(state_->slots[static_cast<size_t>(ticket)].since.load());
}

bool Pool::run_one() {
  Worker self;
  return state_->run_one(self);
}

int Pool::threads() const noexcept { return state_->count.load(); }

}  // namespace nn
