// Linux and glibc: the functions below stand before libc's in the search order of every library
// that is loaded, torch's included.
#include "interpose.h"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdio>

namespace {

thread_local int watched = 0;
std::atomic<long> count{0};
std::atomic<const char*> last{""};

void forbidden(const char* name) noexcept {
  if (watched == 0) return;
  count.fetch_add(1);
  last.store(name);
}

template <typename Function>
Function* real(Function*, const char* name) noexcept {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

namespace watch {
Guard::Guard() noexcept { ++watched; }
Guard::~Guard() { --watched; }
long violations() noexcept { return count.load(); }
const char* last_violation() noexcept { return last.load(); }
}  // namespace watch

// NOLINTBEGIN
#define NN_FORBID(result, name, parameters, arguments)                                 \
  extern "C" result name parameters {                                                  \
    forbidden(#name);                                                                  \
    static auto* const next = real(static_cast<result(*) parameters>(nullptr), #name); \
    return next arguments;                                                             \
  }

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);

void* malloc(size_t size) { return forbidden("malloc"), __libc_malloc(size); }
void* calloc(size_t n, size_t size) { return forbidden("calloc"), __libc_calloc(n, size); }
void* realloc(void* p, size_t size) { return forbidden("realloc"), __libc_realloc(p, size); }
void* memalign(size_t align, size_t size) {
  return forbidden("memalign"), __libc_memalign(align, size);
}
void* aligned_alloc(size_t align, size_t size) {
  return forbidden("aligned_alloc"), __libc_memalign(align, size);
}
int posix_memalign(void** p, size_t align, size_t size) {
  forbidden("posix_memalign");
  *p = __libc_memalign(align, size);
  return *p ? 0 : ENOMEM;
}
void free(void* p) {
  if (p) forbidden("free");
  __libc_free(p);
}
}

NN_FORBID(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
NN_FORBID(int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))
NN_FORBID(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
NN_FORBID(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
NN_FORBID(int, pthread_spin_lock, (pthread_spinlock_t * l), (l))
NN_FORBID(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t* m), (c, m))
NN_FORBID(int, pthread_cond_signal, (pthread_cond_t * c), (c))
NN_FORBID(int, pthread_cond_broadcast, (pthread_cond_t * c), (c))
NN_FORBID(int, pthread_create, (pthread_t * t, const pthread_attr_t* a, void* (*f)(void*), void* x),
          (t, a, f, x))
NN_FORBID(int, pthread_join, (pthread_t t, void** r), (t, r))
NN_FORBID(int, sem_wait, (sem_t * s), (s))
NN_FORBID(int, sem_timedwait, (sem_t * s, const timespec* t), (s, t))
NN_FORBID(int, nanosleep, (const timespec* t, timespec* r), (t, r))
NN_FORBID(int, clock_nanosleep, (clockid_t c, int f, const timespec* t, timespec* r), (c, f, t, r))
NN_FORBID(int, usleep, (useconds_t t), (t))
NN_FORBID(int, sched_yield, (), ())
NN_FORBID(ssize_t, read, (int fd, void* p, size_t n), (fd, p, n))
NN_FORBID(ssize_t, write, (int fd, const void* p, size_t n), (fd, p, n))
NN_FORBID(ssize_t, writev, (int fd, const iovec* v, int n), (fd, v, n))
NN_FORBID(int, poll, (pollfd * f, nfds_t n, int t), (f, n, t))
NN_FORBID(int, fflush, (FILE * f), (f))
NN_FORBID(size_t, fwrite, (const void* p, size_t s, size_t n, FILE* f), (p, s, n, f))
NN_FORBID(int, puts, (const char* s), (s))
NN_FORBID(void*, mmap, (void* p, size_t n, int r, int f, int fd, off_t o), (p, n, r, f, fd, o))
NN_FORBID(int, munmap, (void* p, size_t n), (p, n))
NN_FORBID(int, madvise, (void* p, size_t n, int a), (p, n, a))

extern "C" int open(const char* path, int flags, ...) {
  forbidden("open");
  va_list list;
  va_start(list, flags);
  const int mode = va_arg(list, int);
  va_end(list);
  static auto* const next = real(static_cast<int (*)(const char*, int, ...)>(nullptr), "open");
  return next(path, flags, mode);
}
// Waiting on a futex directly: what std::atomic::wait and std::counting_semaphore do.
extern "C" long syscall(long number, ...) noexcept {
  forbidden("syscall");
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& x : a) x = va_arg(list, long);
  va_end(list);
  static auto* const next = real(static_cast<long (*)(long, ...)>(nullptr), "syscall");
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
// NOLINTEND
