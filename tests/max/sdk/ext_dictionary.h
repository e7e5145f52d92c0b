// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include "ext_types.h"

BEGIN_USING_C_LINKAGE

typedef struct _dictionary t_dictionary;

t_dictionary* dictionary_new(void);
t_max_err dictionary_clear(t_dictionary* d);
t_max_err dictionary_appendlong(t_dictionary* d, t_symbol* key, t_atom_long value);
t_max_err dictionary_appendfloat(t_dictionary* d, t_symbol* key, double value);
t_max_err dictionary_appendsym(t_dictionary* d, t_symbol* key, t_symbol* value);
t_max_err dictionary_appendstring(t_dictionary* d, t_symbol* key, const char* value);
t_max_err dictionary_appendatoms(t_dictionary* d, t_symbol* key, long argc, t_atom* argv);
t_max_err dictionary_appenddictionary(t_dictionary* d, t_symbol* key, t_object* value);
t_max_err dictionary_getlong(const t_dictionary* d, t_symbol* key, t_atom_long* value);
t_max_err dictionary_getfloat(const t_dictionary* d, t_symbol* key, double* value);
t_max_err dictionary_getsym(const t_dictionary* d, t_symbol* key, t_symbol** value);
t_max_err dictionary_getstring(const t_dictionary* d, t_symbol* key, const char** value);
t_max_err dictionary_getatoms(const t_dictionary* d, t_symbol* key, long* argc, t_atom** argv);
t_max_err dictionary_getdictionary(const t_dictionary* d, t_symbol* key, t_object** value);
t_atom_long dictionary_getentrycount(const t_dictionary* d);
t_max_err dictionary_getkeys(const t_dictionary* d, long* numkeys, t_symbol*** keys);
void dictionary_freekeys(t_dictionary* d, long numkeys, t_symbol** keys);
long dictionary_hasentry(const t_dictionary* d, t_symbol* key);
t_max_err dictionary_deleteentry(t_dictionary* d, t_symbol* key);

END_USING_C_LINKAGE
