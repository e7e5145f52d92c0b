#include "priority.h"

#if !defined(_WIN32)
#include <pthread.h>
#include <sched.h>
#endif

namespace nn {

#if defined(_WIN32)
// Windows gives each new thread ordinary priority.
void be_ordinary() noexcept {}
void yield_to_audio() noexcept {}
#else
void be_ordinary() noexcept {
  sched_param parameters{};
  pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameters);
}

void yield_to_audio() noexcept {
  int policy = SCHED_OTHER;
  sched_param parameters{};
  pthread_getschedparam(pthread_self(), &policy, &parameters);
  if (policy != SCHED_FIFO && policy != SCHED_RR) return;
  if (parameters.sched_priority <= sched_get_priority_min(policy)) return be_ordinary();
  --parameters.sched_priority;
  pthread_setschedparam(pthread_self(), policy, &parameters);
}
#endif

}  // namespace nn
