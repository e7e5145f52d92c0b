// An external for the kernel's own tests, that does right or wrong as it is told.
#include <atomic>
#include <string>
#include <vector>

#include "ext.h"
#include "ext_atomarray.h"
#include "ext_buffer.h"
#include "ext_critical.h"
#include "ext_dictobj.h"
#include "ext_drag.h"
#include "ext_obex.h"
#include "ext_path.h"
#include "ext_systhread.h"
#include "z_dsp.h"

extern "C" t_atomarray* arrayobj_findregistered_retain(t_symbol* name);
extern "C" t_max_err arrayobj_release(t_atomarray* aa);

namespace {

enum class Wrong { none, post, send, not_a_number };

struct Probe {
  t_pxobject ob;
  t_outlet *out, *dumpout;
  t_clock* clock;
  t_qelem* qelem;
  t_buffer_ref* buffer;
  t_critical critical;
  float* kept;  // a buffer's samples after they were unlocked
  t_atom_long enable;
  t_atom_float gain;
  t_symbol *mode, *secret;
  long outs, in_channels[8], channels;
  bool multichannel, deaf, careless;
  std::atomic<Wrong> wrong;
};

t_class* probe_class = nullptr;

void say(Probe* x, const char* what) { outlet_anything(x->out, gensym(what), 0, nullptr); }

void say(Probe* x, const char* what, const std::vector<t_atom>& atoms) {
  auto copy = atoms;
  outlet_anything(x->out, gensym(what), short(copy.size()), copy.data());
}

t_atom atom(t_atom_long v) {
  t_atom a;
  atom_setlong(&a, v);
  return a;
}

t_atom atom(double v) {
  t_atom a;
  atom_setfloat(&a, v);
  return a;
}

t_atom atom(t_symbol* v) {
  t_atom a;
  atom_setsym(&a, v);
  return a;
}

void probe_bang(Probe* x) { outlet_bang(x->out); }
void probe_int(Probe* x, t_atom_long n) { outlet_int(x->out, n); }
void probe_float(Probe* x, double f) { outlet_float(x->out, f); }
void probe_list(Probe* x, t_symbol* s, long argc, t_atom* argv) {
  outlet_list(x->out, s, short(argc), argv);
}

void probe_typed(Probe* x, t_atom_long n, double f, t_symbol* s) {
  say(x, "typed", {atom(n), atom(f), atom(s)});
}

void probe_typed_default(Probe* x, double f, t_atom_long n) {
  say(x, "typeddef", {atom(f), atom(n)});
}

void probe_which(Probe* x) { outlet_int(x->out, proxy_getinlet(&x->ob.z_ob)); }

void probe_thread(Probe* x) {
  say(x, "thread",
      {atom(t_atom_long(systhread_ismainthread())), atom(t_atom_long(systhread_istimerthread())),
       atom(t_atom_long(systhread_isaudiothread())), atom(t_atom_long(isr()))});
}

void probe_tick(Probe* x) { say(x, "tick"); }
void probe_tock(Probe* x) { say(x, "tock"); }
void probe_clock(Probe* x, double ms) { clock_fdelay(x->clock, ms); }
void probe_unclock(Probe* x) { clock_unset(x->clock); }
void probe_qelem(Probe* x) { qelem_set(x->qelem); }
void probe_unqelem(Probe* x) { qelem_unset(x->qelem); }
void probe_deferred(Probe* x, t_symbol* s, short argc, t_atom* argv) {
  say(x, "deferred", std::vector<t_atom>(argv, argv + argc));
  (void)s;
}
void probe_defer(Probe* x, t_symbol* s, long argc, t_atom* argv) {
  defer(x, (method)probe_deferred, s, short(argc), argv);
}
void probe_deferlow(Probe* x, t_symbol* s, long argc, t_atom* argv) {
  defer_low(x, (method)probe_deferred, s, short(argc), argv);
}

void probe_say(Probe* x, t_symbol* s) {
  post("%s", s->s_name);
  object_post(&x->ob.z_ob, "%s", s->s_name);
  object_warn(&x->ob.z_ob, "%s", s->s_name);
  object_error(&x->ob.z_ob, "%s", s->s_name);
}

void probe_wrong(Probe* x, t_symbol* s) {
  const std::string what = s->s_name;
  if (what == "post") x->wrong = Wrong::post;
  if (what == "send") x->wrong = Wrong::send;
  if (what == "nan") x->wrong = Wrong::not_a_number;
  if (what == "careless") x->careless = true;
  if (what == "deaf") x->deaf = true;
  if (what == "clock") {
    auto* const clock = static_cast<t_clock*>(clock_new(x, (method)probe_tick));
    object_free(clock);
    clock_fdelay(clock, 1);
  }
  if (what == "qelem") {
    auto* const qelem = static_cast<t_qelem*>(qelem_new(x, (method)probe_tock));
    qelem_free(qelem);
    qelem_set(qelem);
  }
  if (what == "twice") {
    auto* const dictionary = dictionary_new();
    object_free(dictionary);
    object_free(dictionary);
  }
  if (what == "freed") {
    auto* const other = object_alloc(probe_class);
    object_free(other);
    object_method(other, gensym("bang"));
  }
  if (what == "lacking") object_method(x, gensym("nosuch"), 1, 2);
  if (what == "leak") clock_new(x, (method)probe_tick);
  if (what == "later") {
    defer_low(x, (method)probe_deferred, s, 0, nullptr);
  }
}

void probe_set(Probe* x, t_symbol* s) {
  if (!x->buffer)
    x->buffer = buffer_ref_new(&x->ob.z_ob, s);
  else
    buffer_ref_set(x->buffer, s);
}

void probe_buffer(Probe* x) {
  auto* const b = x->buffer ? buffer_ref_getobject(x->buffer) : nullptr;
  if (!b) return say(x, "nobuffer");
  say(x, "buffer",
      {atom(buffer_getname(b)), atom(buffer_getchannelcount(b)), atom(buffer_getframecount(b)),
       atom(buffer_getsamplerate(b))});
}

void probe_peek(Probe* x, t_atom_long i) {
  auto* const b = buffer_ref_getobject(x->buffer);
  if (float* const samples = buffer_locksamples(b)) {
    outlet_float(x->out, samples[i]);
    buffer_unlocksamples(b);
  }
}

void probe_poke(Probe* x, t_atom_long i, double value) {
  auto* const b = buffer_ref_getobject(x->buffer);
  if (float* const samples = buffer_locksamples(b)) {
    samples[i] = float(value);
    x->kept = samples;
    buffer_unlocksamples(b);
    object_method(b, gensym("dirty"));
  }
}

void probe_pokelate(Probe* x, t_atom_long i, double value) { x->kept[i] = float(value); }

t_max_err probe_notify(Probe* x, t_symbol* s, t_symbol* msg, void* sender, void* data) {
  if (x->deaf) return MAX_ERR_NONE;
  say(x, "notify", {atom(msg)});
  if (x->buffer) buffer_ref_notify(x->buffer, s, msg, sender, data);
  return MAX_ERR_NONE;
}

void probe_dictionary(Probe* x, t_symbol* name) {
  auto* const d = dictobj_findregistered_retain(name);
  if (!d) return say(x, "nodictionary");
  long count = 0;
  t_symbol** keys = nullptr;
  dictionary_getkeys(d, &count, &keys);
  for (long i = 0; i < count; ++i) {
    long argc = 0;
    t_atom* argv = nullptr;
    t_object* inner = nullptr;
    if (dictionary_getatoms(d, keys[i], &argc, &argv) == MAX_ERR_NONE)
      outlet_anything(x->out, keys[i], short(argc), argv);
    else if (dictionary_getdictionary(d, keys[i], &inner) == MAX_ERR_NONE)
      say(x, "inner",
          {atom(keys[i]), atom(dictionary_getentrycount(reinterpret_cast<t_dictionary*>(inner)))});
  }
  dictionary_freekeys(d, count, keys);
  if (!x->careless) dictobj_release(d);
}

void probe_makedict(Probe* x, t_symbol* name) {
  auto* d = dictionary_new();
  auto* inner = dictionary_new();
  dictionary_appendlong(d, gensym("whole"), 3);
  dictionary_appendfloat(d, gensym("real"), 0.5);
  dictionary_appendsym(d, gensym("word"), gensym("hello"));
  dictionary_appendstring(inner, gensym("deep"), "two words");
  dictionary_appenddictionary(d, gensym("inner"), reinterpret_cast<t_object*>(inner));
  d = dictobj_register(d, &name);
  say(x, "dictionary", {atom(dictobj_namefromptr(d))});
  dictobj_release(d);
}

void probe_array(Probe* x, t_symbol* name) {
  auto* const a = arrayobj_findregistered_retain(name);
  if (!a) return say(x, "noarray");
  long argc = 0;
  t_atom* argv = nullptr;
  atomarray_getatoms(a, &argc, &argv);
  outlet_list(x->out, nullptr, short(argc), argv);
  arrayobj_release(a);
}

void probe_locate(Probe* x, t_symbol* name) {
  char file[MAX_PATH_CHARS], whole[MAX_PATH_CHARS], plain[MAX_PATH_CHARS];
  snprintf(file, sizeof file, "%s", name->s_name);
  short path = 0;
  t_fourcc type = 0;
  if (locatefile_extended(file, &path, &type, nullptr, 0)) return say(x, "nofile");
  path_toabsolutesystempath(path, file, whole);
  path_nameconform(whole, plain, PATH_STYLE_SLASH, PATH_TYPE_ABSOLUTE);
  say(x, "file", {atom(gensym(plain))});
}

t_max_err probe_gain_set(Probe* x, void*, long argc, t_atom* argv) {
  if (argc < 1 || atom_gettype(argv) == A_SYM) return MAX_ERR_GENERIC;
  critical_enter(x->critical);
  x->gain = atom_getfloat(argv);
  critical_exit(x->critical);
  return MAX_ERR_NONE;
}

t_max_err probe_gain_get(Probe* x, void*, long* argc, t_atom** argv) {
  if (!*argc || !*argv) *argv = reinterpret_cast<t_atom*>(sysmem_newptr(sizeof(t_atom)));
  *argc = 1;
  critical_enter(x->critical);
  atom_setfloat(*argv, x->gain);
  critical_exit(x->critical);
  return MAX_ERR_NONE;
}

void probe_perform(Probe* x, t_object*, double** ins, long numins, double** outs, long numouts,
                   long frames, long, void* user) {
  critical_enter(x->critical);
  const double gain = x->gain;
  critical_exit(x->critical);
  if (user != x) return;
  for (long c = 0; c < numouts; ++c)
    for (long i = 0; i < frames; ++i)
      outs[c][i] = c < numins && numins ? ins[c][i] * gain : double(numins);
  switch (x->wrong.load()) {
    case Wrong::post:
      post("from the audio thread");
      break;
    case Wrong::send:
      outlet_bang(x->out);
      break;
    case Wrong::not_a_number:
      outs[0][0] = NAN;
      break;
    default:
      break;
  }
}

void probe_dsp64(Probe* x, t_object* dsp64, short* count, double samplerate, long frames, long) {
  const auto in = t_atom_long(object_method(dsp64, gensym("getnuminputchannels"), x, 0));
  say(x, "dsp",
      {atom(in), atom(t_atom_long(count[0])), atom(samplerate), atom(t_atom_long(frames))});
  object_method(dsp64, gensym("dsp_add64"), x, probe_perform, 0, x);
}

long probe_inputchanged(Probe* x, long index, long count) {
  const bool changed = x->in_channels[index] != count;
  x->in_channels[index] = count;
  return changed;
}

long probe_multichanneloutputs(Probe* x, long) {
  return x->channels ? x->channels : x->in_channels[0];
}
void probe_channels(Probe* x, t_atom_long n) { x->channels = n; }

void* probe_new(t_symbol*, long argc, t_atom* argv) {
  const long own = attr_args_offset(short(argc), argv);
  if (own > 0 && atom_getsym(argv) == gensym("fail")) return nullptr;
  auto* const x = static_cast<Probe*>(object_alloc(probe_class));
  const long ins = own > 0 ? atom_getlong(argv) : 1;
  x->outs = own > 1 ? atom_getlong(argv + 1) : 1;
  x->multichannel = own > 2 && atom_getsym(argv + 2) == gensym("mc");
  x->gain = 1;
  x->mode = gensym("soft");
  x->secret = gensym("");
  for (auto& channels : x->in_channels) channels = 1;
  critical_new(&x->critical);
  dsp_setup(&x->ob, ins);
  if (x->multichannel) x->ob.z_misc |= Z_MC_INLETS;
  x->dumpout = static_cast<t_outlet*>(outlet_new(x, nullptr));
  object_obex_store(x, gensym("dumpout"), reinterpret_cast<t_object*>(x->dumpout));
  x->out = static_cast<t_outlet*>(outlet_new(x, nullptr));
  for (long i = 0; i < x->outs; ++i)
    outlet_new(x, x->multichannel ? "multichannelsignal" : "signal");
  x->clock = static_cast<t_clock*>(clock_new(x, (method)probe_tick));
  x->qelem = static_cast<t_qelem*>(qelem_new(x, (method)probe_tock));
  attr_args_process(x, short(argc), argv);
  return x;
}

void probe_free(Probe* x) {
  if (!x->careless && (x->ob.z_count || x->outs)) dsp_free(&x->ob);
  if (x->critical) critical_free(x->critical);
  if (x->careless) return;
  if (x->clock) object_free(x->clock);
  if (x->qelem) qelem_free(x->qelem);
  if (x->buffer) object_free(x->buffer);
}

}  // namespace

#include "probe_classes.h"
