// Memory and critical regions. Pointers are those of malloc, for sanitizers to watch.
#include <cstdlib>

#include "internal.h"

extern "C" {

t_ptr sysmem_newptr(long size) { return static_cast<t_ptr>(std::malloc(size_t(size))); }
t_ptr sysmem_newptrclear(long size) { return static_cast<t_ptr>(std::calloc(1, size_t(size))); }
t_ptr sysmem_resizeptr(void* ptr, long newsize) {
  return static_cast<t_ptr>(std::realloc(ptr, size_t(newsize)));
}
void sysmem_freeptr(void* ptr) { std::free(ptr); }
char* getbytes(t_getbytes_size size) { return sysmem_newptr(long(size)); }
void freebytes(void* b, t_getbytes_size) { std::free(b); }

void critical_new(t_critical* x) { *x = new std::recursive_mutex; }
void critical_free(t_critical x) { delete static_cast<std::recursive_mutex*>(x); }

// Null: the global region.
static std::recursive_mutex& region(void* x) {
  static auto* const global = new std::recursive_mutex;
  return x ? *static_cast<std::recursive_mutex*>(x) : *global;
}

void critical_enter(t_critical x) { region(x).lock(); }
void critical_exit(t_critical x) { region(x).unlock(); }
short critical_tryenter(t_critical x) { return region(x).try_lock() ? 0 : 1; }

long systhread_mutex_new(t_systhread_mutex* pmutex, long) {
  *pmutex = new std::recursive_mutex;
  return 0;
}
long systhread_mutex_free(t_systhread_mutex pmutex) {
  delete static_cast<std::recursive_mutex*>(pmutex);
  return 0;
}
long systhread_mutex_lock(t_systhread_mutex pmutex) {
  region(pmutex).lock();
  return 0;
}
long systhread_mutex_trylock(t_systhread_mutex pmutex) { return region(pmutex).try_lock() ? 0 : 1; }
long systhread_mutex_unlock(t_systhread_mutex pmutex) {
  region(pmutex).unlock();
  return 0;
}

short maxversion(void) { return 0x900; }
}
