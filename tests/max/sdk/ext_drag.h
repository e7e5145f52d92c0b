// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include "ext_types.h"

BEGIN_USING_C_LINKAGE

// For the methods acceptsdrag_locked and acceptsdrag_unlocked: long (x, t_object* drag, t_object*
// view). What is dropped arrives as the message that jdrag_object_add names, with the path.
long jdrag_matchdragrole(t_object* dx, t_symbol* role, long flags);
void jdrag_object_add(t_object* dg, t_object* obj, t_symbol* msg);

END_USING_C_LINKAGE
