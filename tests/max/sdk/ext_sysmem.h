// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include "ext_types.h"

BEGIN_USING_C_LINKAGE

t_ptr sysmem_newptr(long size);
t_ptr sysmem_newptrclear(long size);
t_ptr sysmem_resizeptr(void* ptr, long newsize);
void sysmem_freeptr(void* ptr);
char* getbytes(t_getbytes_size size);
void freebytes(void* b, t_getbytes_size size);

END_USING_C_LINKAGE
