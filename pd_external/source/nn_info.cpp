// Class nn.info: what a model file offers, as messages. See docs/pd.md for the outlets.
#include <algorithm>
#include <exception>
#include <map>

#include "downloads.h"
#include "find_model.h"
#include "nn/error.h"
#include "nn/model.h"
#include "object.h"

namespace pd {

class Info final : public Object {
 public:
  explicit Info(t_object* object)
      : Object(object, "nn.info"),
        work_(complaints()),
        hub_work_(complaints()),
        downloads_(*this, hub_work_) {
    for (t_outlet*& outlet : outlets_) outlet = outlet_new(object, &s_anything);
    start_clock();
  }

  void receive(const std::string& selector, const Atoms& atoms);

 private:
  enum { kPath, kMethods, kAttributes, kParameters, kDictionary, kModels };
  struct Scan {
    std::filesystem::path path;
    nn::Contract contract;
  };

  void poll() override {
    work_.poll();
    hub_work_.poll();
  }
  void forget_work() override {
    work_.stop();
    hub_work_.stop();
  }
  bool busy() const override { return !work_.idle() || !hub_work_.idle(); }
  void set(const Atoms& atoms);
  // Held while it is told: a patch may answer with another `set`.
  std::shared_ptr<const nn::Contract> contract() const {
    if (!scan_) throw nn::Error("No model has been read: send [set name(.");
    return {scan_, &scan_->contract};
  }
  void tell_path() {
    send(outlets_[kPath], "symbol", {atom(scan_ ? scan_->path.string() : "none")});
  }
  void tell_methods();
  void tell_attributes();
  void tell_parameters(const Atoms& atoms);
  void parameters_of(const nn::Method& method);
  void parameters_of(const nn::Attribute& attribute);
  void tell_dictionary();
  void tell_models();
  void dump();

  nn::Chores work_, hub_work_;
  Downloads downloads_;
  std::shared_ptr<const Scan> scan_;
  t_outlet* outlets_[6];
};

void Info::set(const Atoms& atoms) {
  if (atoms.size() != 1) throw nn::Error("set takes the name of one model.");
  const auto path = find_model(canvas(), text_of(atoms[0]));
  work(work_, [this, path](auto&) {
    auto scan = std::make_shared<Scan>();
    scan->path = path;
    nn::LoadOptions load;
    load.accelerate = false;  // it is not going to play, and is let go of again
    scan->contract = nn::Model::load(path, load)->contract();
    return [this, scan] {
      for (const auto& remark : scan->contract.remarks) error(remark);
      scan_ = scan;
    };
  });
}

void Info::tell_methods() {
  const auto held = contract();
  for (const auto& method : held->methods) send(outlets_[kMethods], "method", {atom(method.name)});
}

void Info::tell_attributes() {
  const auto held = contract();
  for (const auto& attribute : held->attributes)
    send(outlets_[kAttributes], "attribute", {atom(attribute.name)});
}

void Info::parameters_of(const nn::Method& m) {
  const auto one = [&](const char* what, int value) {
    send(outlets_[kParameters], m.name.c_str(), {atom(what), atom(value)});
  };
  one("channels_in", m.in_channels);
  one("channels_out", m.out_channels);
  one("ratio_in", m.in_ratio);
  one("ratio_out", m.out_ratio);
}

void Info::parameters_of(const nn::Attribute& attribute) {
  Atoms atoms{atom("attribute_type")};
  for (const auto type : attribute.types) atoms.push_back(atom(nn::name_of(type)));
  send(outlets_[kParameters], attribute.name.c_str(), atoms);
}

void Info::tell_parameters(const Atoms& atoms) {
  if (atoms.size() != 1) throw nn::Error("parameters takes the name of one method or attribute.");
  const auto name = text_of(atoms[0]);
  const auto held = contract();
  const nn::Method* method = held->method(name);
  const nn::Attribute* attribute = held->attribute(name);
  if (!method && !attribute)
    throw nn::Error("The model has no method or attribute '" + name + "'.");
  if (method) parameters_of(*method);
  if (attribute) parameters_of(*attribute);
}

// Pd has no dictionaries: what Max puts into one, a list per entry.
void Info::tell_dictionary() {
  const auto held = contract();
  t_outlet* out = outlets_[kDictionary];
  send(out, "dictionary", {atom("begin")});
  for (const auto& m : held->methods) {
    const auto one = [&](const char* what, int value) {
      send(out, "methods", {atom(m.name), atom(what), atom(value)});
    };
    one("channels_in", m.in_channels);
    one("channels_out", m.out_channels);
    one("ratio_in", m.in_ratio);
    one("ratio_out", m.out_ratio);
  }
  for (const auto& attribute : held->attributes) {
    Atoms atoms{atom(attribute.name), atom("attribute_type")};
    for (const auto type : attribute.types) atoms.push_back(atom(nn::name_of(type)));
    send(out, "attributes", atoms);
  }
  send(out, "dictionary", {atom("end")});
}

void Info::tell_models() {
  downloads_.list([this](const auto& cards) {
    t_outlet* out = outlets_[kModels];
    send(out, "dictionary", {atom("begin")});
    for (const auto& card : cards)
      send(out, "model", {atom(card.source), atom(card.type), atom(card.name)});
    send(out, "dictionary", {atom("end")});
  });
}

void Info::dump() {
  const auto held = contract();
  tell_methods();
  tell_attributes();
  for (const auto& attribute : held->attributes) parameters_of(attribute);
  for (const auto& method : held->methods) parameters_of(method);
  tell_dictionary();
  tell_models();
}

void Info::receive(const std::string& selector, const Atoms& atoms) {
  using Act = void (Info::*)();
  static const std::map<std::string, Act> plain{{"path", &Info::tell_path},
                                                {"methods", &Info::tell_methods},
                                                {"attributes", &Info::tell_attributes},
                                                {"dump_dict", &Info::tell_dictionary},
                                                {"dump", &Info::dump},
                                                {"bang", &Info::dump},
                                                {"get_available_models", &Info::tell_models}};
  if (const auto act = plain.find(selector); act != plain.end()) {
    if (!atoms.empty()) throw nn::Error(selector + " takes nothing.");
    // After a model that is being read.
    return work_.in_turn([this, call = act->second] { (this->*call)(); });
  }
  if (selector == "set")
    set(atoms);
  else if (selector == "parameters")
    work_.in_turn([this, atoms] { tell_parameters(atoms); });
  else if (selector == "download")
    downloads_.download(atoms, patch_folder(canvas()), [](const auto&) {});
  else if (selector == "delete" || selector == "remove")
    downloads_.remove(atoms, patch_folder(canvas()));
  else
    throw nn::Error("There is no message '" + selector + "'.");
}

}  // namespace pd

namespace {

t_class* info_class;

struct NnInfo {
  t_object object;
  std::shared_ptr<pd::Info>* info;
};

void* create(t_symbol*, int count, t_atom* atoms) {
  auto* x = reinterpret_cast<NnInfo*>(pd_new(info_class));
  x->info = new std::shared_ptr<pd::Info>(std::make_shared<pd::Info>(&x->object));
  // Attributes in Max's way (@dict name) mean nothing here.
  const auto* attributes = std::find_if(
      atoms, atoms + count, [](const t_atom& a) { return pd::text_of(a).starts_with("@"); });
  count = static_cast<int>(attributes - atoms);
  if (count > 0)
    (*x->info)->guarded([&] { (*x->info)->receive("set", pd::atoms_from(count, atoms)); });
  return x;
}

void destroy(NnInfo* x) {
  (*x->info)->leave();
  delete x->info;
}

void receive(NnInfo* x, t_symbol* selector, int count, t_atom* atoms) {
  const auto info = *x->info;
  info->guarded([&] { info->receive(selector->s_name, pd::atoms_from(count, atoms)); });
}

void bang(NnInfo* x) { receive(x, gensym("bang"), 0, nullptr); }

}  // namespace

NN_PD_EXPORT void setup_nn0x2einfo() {
  info_class =
      class_new(gensym("nn.info"), reinterpret_cast<t_newmethod>(create),
                reinterpret_cast<t_method>(destroy), sizeof(NnInfo), CLASS_DEFAULT, A_GIMME, 0);
  class_addbang(info_class, reinterpret_cast<t_method>(bang));
  class_addanything(info_class, reinterpret_cast<t_method>(receive));
}
