// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext_path.h"
#include "ext_sysmem.h"
#include "ext_types.h"

BEGIN_USING_C_LINKAGE

void C74_EXPORT ext_main(void* r);

t_symbol* gensym(const char* s);

void post(const char* fmt, ...);
void cpost(const char* fmt, ...);
void error(const char* fmt, ...);

void* inlet_new(void* x, const char* s);
void* intin(void* x, short n);
void* floatin(void* x, short n);
void* proxy_new(void* x, long id, long* stuffloc);
long proxy_getinlet(t_object* master);

// The SDK's versions differ in void* and t_outlet*: write static_cast<t_outlet*>(outlet_new(...)),
// and so with clocks and qelems.
void* outlet_new(void* x, const char* s);
void* bangout(void* x);
void* intout(void* x);
void* floatout(void* x);
void* listout(void* x);
void* outlet_bang(t_outlet* o);
void* outlet_int(t_outlet* o, t_atom_long n);
void* outlet_float(t_outlet* o, double f);
void* outlet_list(t_outlet* o, t_symbol* s, short ac, t_atom* av);
void* outlet_anything(t_outlet* o, t_symbol* s, short ac, t_atom* av);

void* clock_new(void* obj, method fn);
void clock_delay(t_clock* x, long n);
void clock_fdelay(t_clock* x, double time);
void clock_unset(t_clock* x);
void clock_getftime(double* time);
long gettime(void);
double systimer_gettime(void);

void* qelem_new(void* obj, method fn);
void qelem_set(t_qelem* q);
void qelem_unset(t_qelem* q);
void qelem_front(t_qelem* q);
void qelem_free(t_qelem* q);

void* defer(void* ob, method fn, t_symbol* sym, short argc, t_atom* argv);
void* defer_low(void* ob, method fn, t_symbol* sym, short argc, t_atom* argv);
long isr(void);

short maxversion(void);

END_USING_C_LINKAGE
