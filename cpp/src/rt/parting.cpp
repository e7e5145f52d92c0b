#include "parting.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "nn/pool.h"

#if !defined(_WIN32)
#include <unistd.h>
#endif

namespace nn {

std::atomic<int>& InsideModel::threads() noexcept {
  static std::atomic<int> count{0};
  return count;
}

#if defined(_WIN32)
// Windows ends all other threads before it destroys anything.
void part_without_crash() noexcept {}
#else
namespace {

void part(int status) noexcept {
  Pool::stop_shared();
  const int64_t until = now_ns() + 1'000'000'000;
  while (InsideModel::threads() > 0 && now_ns() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (InsideModel::threads() == 0) return;
  // Not all files: a thread that waits for input holds stdin.
  for (FILE* file : {stdout, stderr})
    if (ftrylockfile(file) == 0) {
      std::fflush(file);
      funlockfile(file);
    }
  _exit(status);
}

}  // namespace

void part_without_crash() noexcept {
#if defined(__GLIBC__)
  on_exit([](int status, void*) { part(status); }, nullptr);
#else
  // The status cannot be known here; a crash would have been a failure too.
  std::atexit([] { part(EXIT_FAILURE); });
#endif
}
#endif

}  // namespace nn
