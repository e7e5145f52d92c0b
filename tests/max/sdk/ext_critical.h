// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include "ext_types.h"

BEGIN_USING_C_LINKAGE

typedef void* t_critical;

void critical_new(t_critical* x);
void critical_enter(t_critical x);
void critical_exit(t_critical x);
short critical_tryenter(t_critical x);
void critical_free(t_critical x);

END_USING_C_LINKAGE
