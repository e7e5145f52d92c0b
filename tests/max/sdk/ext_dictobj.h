// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include "ext_dictionary.h"

BEGIN_USING_C_LINKAGE

t_dictionary* dictobj_register(t_dictionary* d, t_symbol** name);
t_max_err dictobj_unregister(t_dictionary* d);
t_dictionary* dictobj_findregistered_retain(t_symbol* name);
t_max_err dictobj_release(t_dictionary* d);
t_symbol* dictobj_namefromptr(t_dictionary* d);

END_USING_C_LINKAGE
