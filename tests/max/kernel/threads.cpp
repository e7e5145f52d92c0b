// Which thread is which, and the main thread's queue.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <thread>

#include "internal.h"

namespace max_kernel {

thread_local int audio_depth = 0;
thread_local bool on_scheduler_thread = false;

namespace {

struct Task {
  std::function<void()> run;
  const void* object;
  const char* what;
};

struct Queue {
  std::mutex mutex;
  std::condition_variable filled;
  std::deque<Task> tasks;
  std::atomic<std::thread::id> main{};
};

Queue& queue() {
  static auto* const q = new Queue;
  return *q;
}

using Clock = std::chrono::steady_clock;

// False where none came until then.
bool run_one(Clock::time_point until) {
  auto& q = queue();
  Task task;
  {
    std::unique_lock lock(q.mutex);
    if (!q.filled.wait_until(lock, until, [&] { return !q.tasks.empty(); })) return false;
    task = std::move(q.tasks.front());
    q.tasks.pop_front();
  }
  if (task.object && life(task.object) == Life::freed)
    violate("use-after-free", std::string(task.what) + " for a freed object");
  else
    task.run();
  return true;
}

Clock::time_point after(double milliseconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double, std::milli>(milliseconds));
}

void expect_main(const char* function) {
  if (this_thread() != Thread::main)
    violate("wrong-thread", std::string(function) + " off the main thread");
}

}  // namespace

const char* name(Thread thread) {
  switch (thread) {
    case Thread::main:
      return "main";
    case Thread::scheduler:
      return "scheduler";
    case Thread::audio:
      return "audio";
    default:
      return "other";
  }
}

Thread this_thread() {
  if (audio_depth) return Thread::audio;
  if (on_scheduler_thread) return Thread::scheduler;
  return queue().main.load() == std::this_thread::get_id() ? Thread::main : Thread::other;
}

void queue_main(std::function<void()> task, bool front, const void* object, const char* what) {
  auto& q = queue();
  {
    std::lock_guard lock(q.mutex);
    Task t{std::move(task), object, what};
    if (front)
      q.tasks.push_front(std::move(t));
    else
      q.tasks.push_back(std::move(t));
  }
  q.filled.notify_one();
}

void clear_main_queue() {
  auto& q = queue();
  std::lock_guard lock(q.mutex);
  q.tasks.clear();
}

void on_main(std::function<void()> task) { queue_main(std::move(task)); }

void run_main(double milliseconds) {
  expect_main("run_main");
  const auto until = after(milliseconds);
  do {
    if (!run_one(until)) return;
  } while (Clock::now() < until);
}

bool run_main_until(const std::function<bool()>& predicate, double milliseconds) {
  expect_main("run_main_until");
  const auto until = after(milliseconds);
  while (!predicate()) {
    if (Clock::now() >= until) return false;
    run_one(std::min(until, after(1)));
  }
  return true;
}

void start() {
  queue().main = std::this_thread::get_id();
  start_scheduler();
}

std::vector<std::string> reset() {
  expect_main("reset");
  close_chains();
  for (const auto* p : all_live(Kind::object))
    if (kind_of(p) == Kind::object && record_of(p, "reset")->box)
      destroy(static_cast<Object*>(const_cast<void*>(p)));
  forget_patchers();
  clear_scheduler();
  clear_main_queue();
  clear_buffers();
  clear_dictionaries();
  clear_arrays();
  std::vector<std::string> leaks;
  for (const auto kind : {Kind::object, Kind::proxy, Kind::clock, Kind::qelem, Kind::buffer_ref,
                          Kind::dictionary, Kind::array})
    for (size_t i = all_live(kind).size(); i > 0; --i) leaks.push_back(name(kind));
  clear_paths();
  clear_notifications();
  clear_registry();
  clear_console();
  for (const auto& leak : leaks) violate("leak", leak);
  return leaks;
}

void stop() {
  reset();
  stop_scheduler();
}

}  // namespace max_kernel

using max_kernel::Thread;

extern "C" {

void* defer(void* ob, method fn, t_symbol* sym, short argc, t_atom* argv) {
  using Call = void* (*)(void*, t_symbol*, short, t_atom*);
  const auto call = reinterpret_cast<Call>(reinterpret_cast<void*>(fn));
  if (max_kernel::this_thread() == Thread::main) return call(ob, sym, argc, argv);
  std::vector<t_atom> atoms(argv, argv + argc);
  max_kernel::queue_main([=]() mutable { call(ob, sym, argc, atoms.data()); }, true, ob, "defer");
  return nullptr;
}

void* defer_low(void* ob, method fn, t_symbol* sym, short argc, t_atom* argv) {
  using Call = void* (*)(void*, t_symbol*, short, t_atom*);
  const auto call = reinterpret_cast<Call>(reinterpret_cast<void*>(fn));
  std::vector<t_atom> atoms(argv, argv + argc);
  max_kernel::queue_main([=]() mutable { call(ob, sym, argc, atoms.data()); }, false, ob,
                         "defer_low");
  return nullptr;
}

long isr(void) { return max_kernel::this_thread() == Thread::scheduler; }
short systhread_ismainthread(void) { return max_kernel::this_thread() == Thread::main; }
short systhread_istimerthread(void) { return max_kernel::this_thread() == Thread::scheduler; }
short systhread_isaudiothread(void) { return max_kernel::this_thread() == Thread::audio; }
}
