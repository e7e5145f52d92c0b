// Class nn~: what Pd calls, handed on to Nn.
#include <exception>

#include "arguments.h"
#include "nn.h"

namespace {

t_class* nn_class;

struct NnTilde {
  t_object object;
  t_float scalar;
  std::shared_ptr<pd::Nn>* nn;
};

void* create(t_symbol*, int count, t_atom* atoms) {
  auto* x = reinterpret_cast<NnTilde*>(pd_new(nn_class));
  x->nn = nullptr;
  x->scalar = 0;
  try {
    std::vector<std::string> remarks;
    const auto arguments = pd::parse(pd::atoms_from(count, atoms), remarks);
    auto nn = std::make_shared<pd::Nn>(&x->object, arguments);
    for (const auto& remark : remarks) nn->error(remark);
    x->nn = new std::shared_ptr<pd::Nn>(std::move(nn));
    return x;
  } catch (const std::exception& e) {
    pd_error(nullptr, "nn~: %s", e.what());
  }
  pd_free(&x->object.ob_pd);
  return nullptr;
}

void destroy(NnTilde* x) {
  if (!x->nn) return;
  (*x->nn)->leave();
  delete x->nn;
}

void dsp(NnTilde* x, t_signal** signals) {
  const auto nn = *x->nn;
  nn->guarded([&] { nn->dsp(signals); });
}

void receive(NnTilde* x, t_symbol* selector, int count, t_atom* atoms) {
  const auto nn = *x->nn;  // the message may end the object
  nn->guarded([&] { nn->receive(selector->s_name, pd::atoms_from(count, atoms)); });
}

void bang(NnTilde* x) { receive(x, gensym("bang"), 0, nullptr); }

}  // namespace

NN_PD_EXPORT void nn_tilde_setup() {
  const int flags = CLASS_DEFAULT | (pd::has_multichannel() ? pd::kMultichannelClass : 0);
  nn_class = class_new(gensym("nn~"), reinterpret_cast<t_newmethod>(create),
                       reinterpret_cast<t_method>(destroy), sizeof(NnTilde), flags, A_GIMME, 0);
  class_addmethod(nn_class, reinterpret_cast<t_method>(dsp), gensym("dsp"), A_CANT, 0);
  class_addbang(nn_class, reinterpret_cast<t_method>(bang));
  class_addanything(nn_class, reinterpret_cast<t_method>(receive));
  class_domainsignalin(nn_class, offsetof(NnTilde, scalar));
  post("nn~ %s, torch %s", NN_VERSION, NN_TORCH_VERSION);
  if (const auto& remark = nn::acceleration_defaults().remark; !remark.empty())
    pd_error(nullptr, "nn~: %s", remark.c_str());
}
