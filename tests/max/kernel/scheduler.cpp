// Clocks and their thread, and the qelems that lead from there to the main thread.
#include <chrono>
#include <condition_variable>
#include <thread>

#include "internal.h"

struct max_clock : t_object {
  void* owner;
  method function;
  uint64_t armed = 0;  // the key of its event, 0 for none; under the scheduler's mutex
};

struct max_qelem : t_object {
  void* owner;
  method function;
  std::atomic<uint64_t> set{0};  // the ticket of what is queued, 0 for nothing
};

namespace max_kernel {

namespace {

using Time = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct Event {
  std::function<void()> run;
  t_clock* timer = nullptr;
};

struct Scheduler {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::pair<Time, uint64_t>, Event> events;
  std::map<uint64_t, Time> times;
  uint64_t next = 1;
  bool stopping = false;
  std::thread thread;
  std::recursive_mutex lockout;
  const Time begun = std::chrono::steady_clock::now();
};

Scheduler& scheduler() {
  static auto* const s = new Scheduler;
  return *s;
}

uint64_t add(Scheduler& s, double milliseconds, Event event) {
  const auto time = std::chrono::steady_clock::now() +
                    std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                        Milliseconds(std::max(0.0, milliseconds)));
  const auto key = s.next++;
  s.events[{time, key}] = std::move(event);
  s.times[key] = time;
  return key;
}

void forget(Scheduler& s, uint64_t key) {
  const auto found = s.times.find(key);
  if (found == s.times.end()) return;
  s.events.erase({found->second, key});
  s.times.erase(found);
}

void fire(t_clock& timer) {
  if (life(timer.owner) == Life::freed) {
    violate("use-after-free", "a clock of a freed object");
    return;
  }
  reinterpret_cast<void (*)(void*)>(reinterpret_cast<void*>(timer.function))(timer.owner);
}

void run() {
  on_scheduler_thread = true;
  auto& s = scheduler();
  std::unique_lock lock(s.mutex);
  while (!s.stopping) {
    if (s.events.empty()) {
      s.changed.wait(lock);
      continue;
    }
    const auto time = s.events.begin()->first.first;
    if (std::chrono::steady_clock::now() < time) {
      s.changed.wait_until(lock, time);
      continue;
    }
    lock.unlock();
    {
      // The lockout before the event is taken: what is destroyed meanwhile has unset its clocks.
      std::lock_guard out(s.lockout);
      lock.lock();
      Event event;
      if (!s.stopping && !s.events.empty() &&
          s.events.begin()->first.first <= std::chrono::steady_clock::now()) {
        event = std::move(s.events.begin()->second);
        s.times.erase(s.events.begin()->first.second);
        s.events.erase(s.events.begin());
        if (event.timer) event.timer->armed = 0;
      }
      lock.unlock();
      if (event.timer)
        fire(*event.timer);
      else if (event.run)
        event.run();
    }
    lock.lock();
  }
}

}  // namespace

void start_scheduler() {
  auto& s = scheduler();
  if (s.thread.joinable()) return;
  s.stopping = false;
  s.thread = std::thread(run);
}

void stop_scheduler() {
  auto& s = scheduler();
  {
    std::lock_guard lock(s.mutex);
    s.stopping = true;
  }
  s.changed.notify_all();
  if (s.thread.joinable()) s.thread.join();
}

std::recursive_mutex& lockout() { return scheduler().lockout; }

void clear_scheduler() {
  auto& s = scheduler();
  std::lock_guard out(s.lockout);  // not in the midst of a task
  std::lock_guard lock(s.mutex);
  s.events.clear();
  s.times.clear();
}

void on_scheduler(std::function<void()> task, double milliseconds) {
  auto& s = scheduler();
  {
    std::lock_guard lock(s.mutex);
    add(s, milliseconds, {std::move(task)});
  }
  s.changed.notify_all();
}

void run_on_scheduler(const std::function<void()>& task) {
  if (on_scheduler_thread) return task();
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  on_scheduler([&] {
    task();
    std::lock_guard lock(mutex);
    done = true;
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return done; });
}

void fire_qelem(t_qelem& q, uint64_t ticket) {
  // Unset, or set anew since.
  if (!q.set.compare_exchange_strong(ticket, 0)) return;
  if (life(q.owner) == Life::freed) {
    violate("use-after-free", "a qelem of a freed object");
    return;
  }
  reinterpret_cast<void (*)(void*)>(reinterpret_cast<void*>(q.function))(q.owner);
}

void set_qelem(t_qelem* q, bool front, const char* function) {
  const auto kept = owner_of(q, Kind::qelem, function);
  if (!kept) return;
  static std::atomic<uint64_t> tickets{0};
  const auto ticket = ++tickets;
  uint64_t none = 0;
  if (!q->set.compare_exchange_strong(none, ticket)) return;
  queue_main([q, kept, ticket] { fire_qelem(*q, ticket); }, front);
}

double now() { return Milliseconds(std::chrono::steady_clock::now() - scheduler().begun).count(); }

}  // namespace max_kernel

using namespace max_kernel;

extern "C" {

void* clock_new(void* obj, method fn) {
  auto c = std::make_shared<t_clock>();
  c->owner = obj;
  c->function = fn;
  add_live(c.get(), Kind::clock, c);
  return c.get();
}

void clock_fdelay(t_clock* x, double time) {
  const auto kept = owner_of(x, Kind::clock, "clock_delay");
  if (!kept) return;
  auto& s = scheduler();
  {
    std::lock_guard lock(s.mutex);
    forget(s, x->armed);
    x->armed = add(s, time, {nullptr, x});
  }
  s.changed.notify_all();
}

void clock_delay(t_clock* x, long n) { clock_fdelay(x, double(n)); }

void clock_unset(t_clock* x) {
  const auto kept = owner_of(x, Kind::clock, "clock_unset");
  if (!kept) return;
  auto& s = scheduler();
  std::lock_guard lock(s.mutex);
  forget(s, x->armed);
  x->armed = 0;
}

void clock_getftime(double* time) { *time = now(); }
long gettime(void) { return long(now()); }
double systimer_gettime(void) { return now(); }

void* qelem_new(void* obj, method fn) {
  auto q = std::make_shared<t_qelem>();
  q->owner = obj;
  q->function = fn;
  add_live(q.get(), Kind::qelem, q);
  return q.get();
}

void qelem_set(t_qelem* q) { set_qelem(q, false, "qelem_set"); }
void qelem_front(t_qelem* q) { set_qelem(q, true, "qelem_front"); }

void qelem_unset(t_qelem* q) {
  const auto kept = owner_of(q, Kind::qelem, "qelem_unset");
  if (kept) q->set = 0;
}

void qelem_free(t_qelem* q) {
  if (!q) return;
  const auto kept = owner_of(q, Kind::qelem, "qelem_free");
  if (kept && mark_freed(q, "qelem_free")) q->set = 0;
}
}
