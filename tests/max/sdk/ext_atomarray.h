// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include "ext_types.h"

BEGIN_USING_C_LINKAGE

typedef struct _atomarray t_atomarray;

t_atomarray* atomarray_new(long ac, t_atom* av);
t_max_err atomarray_setatoms(t_atomarray* x, long ac, t_atom* av);
t_max_err atomarray_getatoms(t_atomarray* x, long* ac, t_atom** av);
t_max_err atomarray_getindex(t_atomarray* x, long index, t_atom* av);
t_atom_long atomarray_getsize(t_atomarray* x);
void atomarray_appendatom(t_atomarray* x, t_atom* a);
void atomarray_clear(t_atomarray* x);

END_USING_C_LINKAGE
