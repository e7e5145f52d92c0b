// The classes of probe.cpp.
#pragma once

namespace {

void probe_register(Probe* x, t_symbol* name) { object_register(gensym("probes"), name, x); }
void probe_watch(Probe* x, t_symbol* name) {
  object_subscribe(gensym("probes"), name, gensym("probe~"), x);
}
void probe_announce(Probe* x) {
  object_notify(x, gensym("announced"), nullptr);
  object_attr_touch(&x->ob.z_ob, gensym("gain"));
}
void probe_self(Probe* x) {
  t_atom atoms[] = {atom(t_atom_long(1)), atom(0.5), atom(gensym("self"))};
  object_method_typed(x, gensym("typed"), 3, atoms, nullptr);
  object_method(x, gensym("int"), 4);
  object_attr_setfloat(x, gensym("gain"), 0.125);
  outlet_float(x->out, object_attr_getfloat(x, gensym("gain")));
}

long probe_acceptsdrag(Probe* x, t_object* drag, t_object*) {
  if (!jdrag_matchdragrole(drag, gensym("audiofile"), 0)) return false;
  jdrag_object_add(drag, &x->ob.z_ob, gensym("locate"));
  return true;
}

void probe_where(Probe* x) {
  t_object* patcher = nullptr;
  if (object_obex_lookup(x, gensym("#P"), &patcher) == MAX_ERR_NONE)
    say(x, "where", {atom(object_attr_getsym(patcher, gensym("filepath")))});
}

void probe_assist(Probe*, void*, long m, long a, char* s) {
  snprintf(s, 256, "%s %ld", m == ASSIST_INLET ? "in" : "out", a);
}

struct Ins {
  t_object ob;
  t_outlet* out;
};

t_class* ins_class = nullptr;

void ins_any(Ins* x, t_symbol* s, long argc, t_atom* argv) {
  outlet_anything(x->out, s, short(argc), argv);
}
void ins_in2(Ins* x, t_atom_long n) { outlet_int(x->out, n); }
void ins_ft1(Ins* x, double f) { outlet_float(x->out, f); }

void* ins_new(t_atom_long, double) {
  auto* const x = static_cast<Ins*>(object_alloc(ins_class));
  intin(x, 2);
  floatin(x, 1);
  x->out = static_cast<t_outlet*>(outlet_new(x, nullptr));
  return x;
}

}  // namespace

#define METHOD(function, name, ...) class_addmethod(c, (method)(function), name, __VA_ARGS__, 0)

static void probe_messages(t_class* c) {
  class_addmethod(c, (method)probe_bang, "bang", 0);
  class_addmethod(c, (method)probe_which, "which", 0);
  class_addmethod(c, (method)probe_thread, "thread", 0);
  class_addmethod(c, (method)probe_unclock, "unclock", 0);
  class_addmethod(c, (method)probe_qelem, "qelem", 0);
  class_addmethod(c, (method)probe_unqelem, "unqelem", 0);
  class_addmethod(c, (method)probe_buffer, "buffer", 0);
  class_addmethod(c, (method)probe_where, "where", 0);
  class_addmethod(c, (method)probe_announce, "announce", 0);
  class_addmethod(c, (method)probe_self, "self", 0);
  METHOD(probe_register, "register", A_SYM);
  METHOD(probe_watch, "watch", A_SYM);
  METHOD(probe_int, "int", A_LONG);
  METHOD(probe_float, "float", A_FLOAT);
  METHOD(probe_list, "list", A_GIMME);
  METHOD(probe_typed, "typed", A_LONG, A_FLOAT, A_SYM);
  METHOD(probe_typed_default, "typeddef", A_DEFFLOAT, A_DEFLONG);
  METHOD(probe_clock, "clock", A_FLOAT);
  METHOD(probe_defer, "defer", A_GIMME);
  METHOD(probe_deferlow, "deferlow", A_GIMME);
  METHOD(probe_deferred, "usurped", A_DEFER_LOW);
  METHOD(probe_say, "say", A_SYM);
  METHOD(probe_wrong, "wrong", A_SYM);
  METHOD(probe_set, "set", A_SYM);
  METHOD(probe_peek, "peek", A_LONG);
  METHOD(probe_poke, "poke", A_LONG, A_FLOAT);
  METHOD(probe_pokelate, "pokelate", A_LONG, A_FLOAT);
  METHOD(probe_dictionary, "dictionary", A_SYM);
  METHOD(probe_makedict, "makedict", A_DEFSYM);
  METHOD(probe_array, "array", A_SYM);
  METHOD(probe_locate, "locate", A_SYM);
  METHOD(probe_channels, "channels", A_LONG);
  METHOD(probe_notify, "notify", A_CANT);
  METHOD(probe_assist, "assist", A_CANT);
  METHOD(probe_acceptsdrag, "acceptsdrag_locked", A_CANT);
  METHOD(probe_dsp64, "dsp64", A_CANT);
  METHOD(probe_inputchanged, "inputchanged", A_CANT);
  METHOD(probe_multichanneloutputs, "multichanneloutputs", A_CANT);
}

static void probe_attributes(t_class* c) {
  CLASS_ATTR_LONG(c, "enable", 0, Probe, enable);
  CLASS_ATTR_STYLE_LABEL(c, "enable", 0, "onoff", "Process Sound");
  CLASS_ATTR_DEFAULT_SAVE(c, "enable", 0, "1");
  CLASS_ATTR_DOUBLE(c, "gain", 0, Probe, gain);
  CLASS_ATTR_ACCESSORS(c, "gain", probe_gain_get, probe_gain_set);
  CLASS_ATTR_SYM(c, "mode", 0, Probe, mode);
  CLASS_ATTR_ENUM(c, "mode", 0, "soft hard \"very hard\"");
  CLASS_ATTR_CATEGORY(c, "mode", 0, "Sound");
  CLASS_ATTR_SYM(c, "secret", ATTR_SET_OPAQUE_USER, Probe, secret);
}

extern "C" void C74_EXPORT ext_main(void*) {
  probe_class = class_new("probe~", (method)probe_new, (method)probe_free, sizeof(Probe), nullptr,
                          A_GIMME, 0);
  probe_messages(probe_class);
  probe_attributes(probe_class);
  class_dspinit(probe_class);
  class_register(CLASS_BOX, probe_class);

  auto* const c = ins_class = class_new("probe.ins", (method)ins_new, nullptr, sizeof(Ins), nullptr,
                                        A_DEFLONG, A_DEFFLOAT, 0);
  METHOD(ins_any, "anything", A_GIMME);
  METHOD(ins_in2, "in2", A_LONG);
  METHOD(ins_ft1, "ft1", A_FLOAT);
  class_register(CLASS_BOX, ins_class);
  class_register(CLASS_BOX,
                 class_new("probe.ins", (method)ins_new, nullptr, sizeof(Ins), nullptr, 0));
}
