// What Max calls, handed on to Nn.
#include "audio_class.h"

#include <cstdio>
#include <exception>
#include <utility>

#include "nn.h"
#include "nn/error.h"

namespace maxmsp {
namespace {

struct NnObject {
  t_pxobject box;
  std::shared_ptr<Nn>* nn;
  bool has_ports;
};

t_class* audio_class;
Kind audio_kind;

// Main or scheduler thread. A copy: a message may end the object.
std::shared_ptr<Nn> of(NnObject* x) { return x->nn ? *x->nn : nullptr; }

void destroy(NnObject* x) {
  if (x->has_ports) dsp_free(&x->box);  // first: from here on no audio
  if (!x->nn) return;
  (*x->nn)->leave();
  delete std::exchange(x->nn, nullptr);
}

// What the patch was saved with, before inlets and outlets are made; what is typed comes after.
void restore_attributes(NnObject* x) {
  auto* const box = reinterpret_cast<t_dictionary*>(gensym("#D")->s_thing);
  t_object* saved = nullptr;
  if (box &&
      dictionary_getdictionary(box, gensym("saved_object_attributes"), &saved) == MAX_ERR_NONE &&
      saved)
    attr_dictionary_process(x, reinterpret_cast<t_dictionary*>(saved));
}

void* create(t_symbol*, long count, t_atom* atoms) {
  auto* x = static_cast<NnObject*>(object_alloc(audio_class));
  if (!x) return nullptr;
  x->nn = nullptr;
  x->has_ports = false;
  try {
    const long plain = attr_args_offset(static_cast<short>(count), atoms);
    std::vector<std::string> remarks;
    auto arguments = parse(audio_kind, atoms_from(plain, atoms), remarks);
    x->nn =
        new std::shared_ptr<Nn>(std::make_shared<Nn>(&x->box, audio_kind, std::move(arguments)));
    const auto nn = of(x);
    restore_attributes(x);
    attr_args_process(x, static_cast<short>(count), atoms);
    std::string refused;
    nn->enter([&] {
      for (const auto& remark : remarks) nn->error(remark);
      try {
        nn->start();
        x->has_ports = true;
      } catch (const std::exception& e) {
        refused = e.what();
      }
    });
    if (x->has_ports) return x;
    throw nn::Error(refused);
  } catch (const std::exception& e) {
    object_error(&x->box.z_ob, "%s", e.what());
  }
  object_free(x);
  return nullptr;
}

void receive(NnObject* x, t_symbol* selector, long count, t_atom* atoms) {
  if (const auto nn = of(x))
    nn->enter([&] { nn->receive(selector->s_name, atoms_from(count, atoms)); });
}

void bang(NnObject* x) { receive(x, gensym("bang"), 0, nullptr); }

void perform(NnObject* x, t_object*, double** ins, long numins, double** outs, long numouts, long n,
             long, void* chain) {
  // Not a copy: dsp_free comes before the object goes.
  (*x->nn)->perform(ins, numins, outs, numouts, n, reinterpret_cast<intptr_t>(chain));
}

void dsp(NnObject* x, t_object* dsp64, short*, double sample_rate, long vector, long) {
  const auto nn = of(x);
  intptr_t chain = 0;
  if (!nn || !nn->enter([&] { chain = nn->dsp(dsp64, sample_rate, vector); })) return;
  object_method(dsp64, gensym("dsp_add64"), x, as_method(perform), 0,
                reinterpret_cast<void*>(chain));
}

long output_channels(NnObject* x, long outlet) {
  long channels = 1;
  if (const auto nn = of(x)) nn->enter([&] { channels = nn->output_channels(outlet); });
  return channels;
}

// Whether the outlets have other channels now: they follow the inlets.
long input_changed(NnObject* x, long inlet, long channels) {
  if (const auto nn = of(x)) nn->enter([&] { nn->input_changed(inlet, channels); });
  return 1;
}

t_max_err notify(NnObject* x, t_symbol* name, t_symbol* message, void* sender, void* data) {
  if (const auto nn = of(x)) nn->notify(name, message, sender, data);  // without our lock
  return MAX_ERR_NONE;
}

void assist(NnObject* x, void*, long io, long index, char* text) {
  const auto nn = of(x);
  if (!nn) return;
  nn->enter([&] {
    constexpr size_t room = 256;  // of what Max gives
    std::snprintf(text, room, "%s", nn->assist(io == ASSIST_INLET, index).c_str());
  });
}

// A file that is dropped onto the box. Max knows no role for `.ts`: what has one is not ours.
long accepts_drag(NnObject* x, t_object* drag, t_object*) {
  for (const char* role : {"audiofile", "imagefile", "moviefile", "patcher", "textfile"})
    if (jdrag_matchdragrole(drag, gensym(role), 0)) return 0;
  jdrag_object_add(drag, &x->box.z_ob, gensym("load"));
  return 1;
}

template <int index>
t_max_err get(NnObject* x, void*, long* count, t_atom** atoms) {
  const auto nn = of(x);
  if (!nn) return MAX_ERR_GENERIC;
  if (!*count || !*atoms) {
    *atoms = reinterpret_cast<t_atom*>(sysmem_newptr(sizeof(t_atom)));
    if (!*atoms) return MAX_ERR_OUT_OF_MEM;
  }
  *count = 1;
  nn->enter([&] { **atoms = Settings::at(index).get(*nn); });
  return MAX_ERR_NONE;
}

template <int index>
t_max_err set(NnObject* x, void*, long count, t_atom* atoms) {
  const auto nn = of(x);
  if (!nn) return MAX_ERR_GENERIC;
  const bool taken = nn->enter([&] {
    const char* const name = Settings::at(index).name;
    if (count != 1) throw nn::Error(std::string(name) + " takes one value.");
    Settings::at(index).set(*nn, atoms[0]);
  });
  return taken ? MAX_ERR_NONE : MAX_ERR_GENERIC;
}

template <int index>
void add_attribute(t_class* c) {
  const Setting& s = Settings::at(index);
  if (s.many_channels && audio_kind == Kind::vector) return;
  class_addattr(
      c, attribute_new(s.name, gensym(s.type), 0, as_method(get<index>), as_method(set<index>)));
  const auto property = [&](const char* what, const char* type, const std::string& value) {
    class_attr_addattr_parse(c, s.name, what, gensym(type), 0, value.c_str());
  };
  property("label", "symbol", std::string("\"").append(s.label).append("\""));
  property("style", "symbol", s.style);
  if (*s.choices) property("enumvals", "atom", s.choices);
  property("default", "atom", s.standard);
  if (s.saved) property("save", "long", "1");
  property("order", "long", std::to_string(index + 1));
}

template <int... indices>
void add_attributes(t_class* c, std::integer_sequence<int, indices...>) {
  (add_attribute<indices>(c), ...);
}

}  // namespace

void register_audio_class(const char* name, Kind kind) {
  audio_kind = kind;
  t_class* const c =
      class_new(name, as_method(create), as_method(destroy), sizeof(NnObject), nullptr, A_GIMME, 0);
  const auto add = [c](auto* function, const char* selector, short type) {
    class_addmethod(c, as_method(function), selector, type, 0);
  };
  add(dsp, "dsp64", A_CANT);
  add(assist, "assist", A_CANT);
  add(notify, "notify", A_CANT);
  add(accepts_drag, "acceptsdrag_locked", A_CANT);
  add(accepts_drag, "acceptsdrag_unlocked", A_CANT);
  if (kind != Kind::vector) {
    add(output_channels, "multichanneloutputs", A_CANT);
    add(input_changed, "inputchanged", A_CANT);
  }
  class_addmethod(c, as_method(bang), "bang", 0);
  for (const auto& [selector, message] : Nn::messages())
    if (selector != "bang") add(receive, selector.c_str(), A_GIMME);
  add_attributes(c, std::make_integer_sequence<int, Settings::kCount>());
  class_dspinit(c);
  class_register(CLASS_BOX, c);
  audio_class = c;
  post("%s %s, torch %s", name, NN_VERSION, NN_TORCH_VERSION);
  if (const auto& remark = nn::acceleration_defaults().remark; !remark.empty())
    post("%s: %s", name, remark.c_str());
}

}  // namespace maxmsp
