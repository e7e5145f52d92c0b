// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include "ext_obex.h"

enum {
  Z_NO_INPLACE = 1,
  Z_PUT_LAST = 2,
  Z_PUT_FIRST = 4,
  Z_IGNORE_DISABLE = 8,
  Z_DONT_ADD = 16,
  Z_MC_INLETS = 32
};

BEGIN_USING_C_LINKAGE

typedef struct t_pxobject {
  t_object z_ob;
  long z_in;
  void* z_proxy;
  long z_disabled;
  short z_count;
  short z_misc;
} t_pxobject;

typedef void (*t_perfroutine64)(t_object* x, t_object* dsp64, double** ins, long numins,
                                double** outs, long numouts, long vectorsize, long flags,
                                void* userparam);

void z_dsp_setup(t_pxobject* x, long nsignals);
void z_dsp_free(t_pxobject* x);
#define dsp_setup z_dsp_setup
#define dsp_free z_dsp_free

void class_dspinit(t_class* c);

float sys_getsr(void);
int sys_getblksize(void);
int sys_getmaxblksize(void);
long sys_getdspstate(void);
long sys_getdspobjdspstate(t_object* o);

END_USING_C_LINKAGE
