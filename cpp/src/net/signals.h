// Writing to a connection the server has closed raises SIGPIPE on some systems, which would end Pd
// or Max.
#pragma once

#ifndef _WIN32
#include <pthread.h>
#include <signal.h>
#endif

namespace nn::net {

// While it lives, its thread gets no SIGPIPE. Other threads and the program's handlers are left
// alone.
class NoBrokenPipe {
#ifdef _WIN32
 public:
  NoBrokenPipe() {}  // no such signal there
#else
 public:
  NoBrokenPipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t waiting;
    sigpending(&waiting);
    was_waiting_ = sigismember(&waiting, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipe() {
    sigset_t waiting;
    sigpending(&waiting);
    int taken;
    if (!was_waiting_ && sigismember(&waiting, SIGPIPE) == 1) sigwait(&pipe_, &taken);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_waiting_;
#endif
};

}  // namespace nn::net
