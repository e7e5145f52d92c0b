// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include "ext_critical.h"
#include "ext_types.h"

BEGIN_USING_C_LINKAGE

typedef void* t_systhread_mutex;

short systhread_ismainthread(void);
short systhread_istimerthread(void);
short systhread_isaudiothread(void);

long systhread_mutex_new(t_systhread_mutex* pmutex, long flags);
long systhread_mutex_free(t_systhread_mutex pmutex);
long systhread_mutex_lock(t_systhread_mutex pmutex);
long systhread_mutex_trylock(t_systhread_mutex pmutex);
long systhread_mutex_unlock(t_systhread_mutex pmutex);

END_USING_C_LINKAGE
