// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BEGIN_USING_C_LINKAGE extern "C" {
#define END_USING_C_LINKAGE }
#define C74_EXPORT __attribute__((visibility("default")))
#define C74_CONST const
#define C74_X64 1

#define MAX_PATH_CHARS 2048
#define MAX_FILENAME_CHARS 512

BEGIN_USING_C_LINKAGE

typedef long long t_ptr_int;
typedef unsigned long long t_ptr_uint;
typedef t_ptr_uint t_getbytes_size;
typedef t_ptr_int t_atom_long;
typedef double t_atom_float;
typedef t_atom_long t_max_err;
typedef unsigned int t_fourcc;
typedef char* t_ptr;
typedef void* (*method)(void*, ...);

enum {
  MAX_ERR_NONE = 0,
  MAX_ERR_GENERIC = -1,
  MAX_ERR_INVALID_PTR = -2,
  MAX_ERR_DUPLICATE = -3,
  MAX_ERR_OUT_OF_MEM = -4
};

enum {
  A_NOTHING = 0,
  A_LONG,
  A_FLOAT,
  A_SYM,
  A_OBJ,
  A_DEFLONG,
  A_DEFFLOAT,
  A_DEFSYM,
  A_GIMME,
  A_CANT,
  A_SEMI,
  A_COMMA,
  A_DOLLAR,
  A_DOLLSYM,
  A_GIMMEBACK,
  A_DEFER = 0x41,
  A_USURP = 0x42,
  A_DEFER_LOW = 0x43,
  A_USURP_LOW = 0x44
};

struct messlist;
struct inlet;
struct outlet;
struct maxclass;
struct max_clock;
struct max_qelem;

typedef struct object {
  struct messlist* o_messlist;
  t_ptr_int o_magic;
  struct inlet* o_inlet;
  struct outlet* o_outlet;
} t_object;

typedef struct symbol {
  char* s_name;
  t_object* s_thing;
} t_symbol;

union word {
  t_atom_long w_long;
  t_atom_float w_float;
  t_symbol* w_sym;
  t_object* w_obj;
};

typedef struct atom {
  short a_type;
  union word a_w;
} t_atom;

typedef struct maxclass t_class;
typedef struct inlet t_inlet;
typedef struct outlet t_outlet;
typedef struct max_clock t_clock;
typedef struct max_qelem t_qelem;

END_USING_C_LINKAGE
