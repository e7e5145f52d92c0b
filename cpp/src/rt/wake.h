// One sleeping thread and whoever wakes it. wake() is the only system call the audio thread makes.
#pragma once

#if defined(__APPLE__)
#include <dispatch/dispatch.h>
#elif defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <semaphore.h>
#include <time.h>

#include <cerrno>
#endif

namespace nn {

class Wake {
 public:
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
#if defined(__APPLE__)
  Wake() : semaphore_(dispatch_semaphore_create(0)) {}
  ~Wake() { dispatch_release(semaphore_); }
  void wake() noexcept { dispatch_semaphore_signal(semaphore_); }
  void sleep() noexcept { dispatch_semaphore_wait(semaphore_, DISPATCH_TIME_FOREVER); }

 private:
  dispatch_semaphore_t semaphore_;
#elif defined(_WIN32)
  Wake() : semaphore_(CreateSemaphoreW(nullptr, 0, 0x7fffffff, nullptr)) {}
  ~Wake() { CloseHandle(semaphore_); }
  void wake() noexcept { ReleaseSemaphore(semaphore_, 1, nullptr); }
  void sleep() noexcept { WaitForSingleObject(semaphore_, INFINITE); }

 private:
  HANDLE semaphore_;
#else
  Wake() { sem_init(&semaphore_, 0, 0); }
  ~Wake() { sem_destroy(&semaphore_); }
  void wake() noexcept { sem_post(&semaphore_); }
  void sleep() noexcept {
    while (sem_wait(&semaphore_) != 0 && errno == EINTR) {
    }
  }

 private:
  sem_t semaphore_;
#endif
};

}  // namespace nn
