#include "threads.h"

#include <ATen/Parallel.h>

#include <mutex>
#include <thread>

namespace nn {

void compute_on_this_thread_alone() {
  // set_num_threads acts on the calling thread and becomes the default of threads to come. The
  // default is put back by a thread that lives for nothing else; one at a time, or one would take
  // the other's 1 for the default.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  std::thread([before] { at::set_num_threads(before); }).join();
}

const std::shared_ptr<Pool>& torch_pool() { return Pool::shared(compute_on_this_thread_alone); }

}  // namespace nn
