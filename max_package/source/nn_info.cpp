// nn.info: what a model file offers, as messages and as a dictionary. See docs/max.md for the
// outlets.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <utility>

#include "dictionary.h"
#include "downloads.h"
#include "find_model.h"
#include "nn/error.h"
#include "nn/model.h"
#include "object.h"

namespace maxmsp {
class Info final : public Object {
 public:
  explicit Info(t_object* object)
      : Object(object), work_(complaints()), hub_work_(complaints()), downloads_(*this, hub_work_) {
    for (auto outlet = outlets_.rbegin(); outlet != outlets_.rend(); ++outlet)
      *outlet = outlet_new(object, nullptr);
    content_.bind(nullptr);
    models_.bind(nullptr);
    start_clock();
  }

  using Act = void (Info::*)();
  static const std::map<std::string, Act>& plain_messages();
  static std::vector<std::string> other_messages() {
    return {"set", "parameters", "download", "delete", "remove"};
  }
  void receive(const std::string& selector, const Atoms& atoms);
  void bind(t_symbol* name) {
    content_.bind(name);
    if (scan_) fill();
  }
  t_symbol* bound() const { return content_.asked() ? content_.asked() : gensym(""); }
  static const char* assist(bool inlet, long index) {
    static constexpr const char* outlets[] = {"path of the model", "methods",
                                              "attributes",        "parameters",
                                              "dictionary",        "available models"};
    return inlet ? "messages" : index >= 0 && index < 6 ? outlets[index] : "";
  }

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
  const nn::Contract& contract() const {
    if (!scan_) throw nn::Error("No model has been read: send [set name].");
    return scan_->contract;
  }
  void set(const std::string& name);
  void fill();
  void tell_path() {
    send(outlets_[kPath], "symbol", {atom(scan_ ? text_of(scan_->path) : std::string("none"))});
  }
  void tell_methods() {
    for (const auto& method : contract().methods)
      send(outlets_[kMethods], "method", {atom(method.name)});
  }
  void tell_attributes() {
    for (const auto& attribute : contract().attributes)
      send(outlets_[kAttributes], "attribute", {atom(attribute.name)});
  }
  void tell_parameters(const std::string& name);
  void parameters_of(const nn::Method& method);
  void parameters_of(const nn::Attribute& attribute);
  void tell_dictionary() {
    contract();
    send(outlets_[kDictionary], "dictionary", {atom(std::string(content_.name()->s_name))});
  }
  void tell_models();
  void dump();

  nn::Chores work_, hub_work_;
  Downloads downloads_;
  std::shared_ptr<const Scan> scan_;
  Dictionary content_, models_;
  std::array<void*, 6> outlets_{};
};

void Info::set(const std::string& name) {
  const auto path = find_model(name);
  notice("parsing model " + text_of(path));
  work(work_, [this, path](auto&) {
    auto scan = std::make_shared<Scan>();
    scan->path = path;
    nn::LoadOptions load;
    load.accelerate = false;  // it is not going to play, and is let go of again
    scan->contract = nn::Model::load(path, load)->contract();
    return [this, scan] {
      for (const auto& remark : scan->contract.remarks) error(remark);
      scan_ = scan;
      fill();
    };
  });
}

void Info::fill() {
  t_dictionary* const root = content_.get();
  dictionary_clear(root);
  t_dictionary* const methods = folder_in(root, "methods");
  for (const auto& m : contract().methods) {
    t_dictionary* const one = folder_in(methods, m.name);
    put(one, "channels_in", m.in_channels);
    put(one, "channels_out", m.out_channels);
    put(one, "ratio_in", m.in_ratio);
    put(one, "ratio_out", m.out_ratio);
  }
  t_dictionary* const attributes = folder_in(root, "attributes");
  for (const auto& attribute : contract().attributes) {
    Atoms types;
    for (const auto type : attribute.types) types.push_back(atom(std::string(nn::name_of(type))));
    dictionary_appendatoms(folder_in(attributes, attribute.name), gensym("attribute_type"),
                           static_cast<long>(types.size()), types.data());
  }
}

void Info::parameters_of(const nn::Method& m) {
  const auto one = [&](const char* what, int64_t value) {
    send(outlets_[kParameters], m.name.c_str(), {atom(std::string(what)), atom(value)});
  };
  one("channels_in", m.in_channels);
  one("channels_out", m.out_channels);
  one("ratio_in", m.in_ratio);
  one("ratio_out", m.out_ratio);
}

void Info::parameters_of(const nn::Attribute& attribute) {
  Atoms atoms{atom(std::string("attribute_type"))};
  for (const auto type : attribute.types) atoms.push_back(atom(std::string(nn::name_of(type))));
  send(outlets_[kParameters], attribute.name.c_str(), atoms);
}

void Info::tell_parameters(const std::string& name) {
  const nn::Method* method = contract().method(name);
  const nn::Attribute* attribute = contract().attribute(name);
  if (!method && !attribute)
    throw nn::Error("The model has no method or attribute '" + name + "'.");
  if (method) parameters_of(*method);
  if (attribute) parameters_of(*attribute);
}

// {source: {type: {name: {what the server tells}}}}
void Info::tell_models() {
  downloads_.list([this](const auto& cards) {
    dictionary_clear(models_.get());
    for (const auto& card : cards) {
      t_dictionary* const one =
          folder_in(folder_in(folder_in(models_.get(), card.source), card.type), card.name);
      for (const auto& [key, value] : card.info)
        dictionary_appendstring(one, gensym(key.c_str()), value.c_str());
    }
    send(outlets_[kModels], "dictionary", {atom(std::string(models_.name()->s_name))});
  });
}

void Info::dump() {
  if (scan_) {
    tell_methods();
    tell_attributes();
    for (const auto& attribute : contract().attributes) parameters_of(attribute);
    for (const auto& method : contract().methods) parameters_of(method);
    tell_dictionary();
  }
  tell_models();
}

const std::map<std::string, Info::Act>& Info::plain_messages() {
  static const std::map<std::string, Act> all{{"path", &Info::tell_path},
                                              {"methods", &Info::tell_methods},
                                              {"attributes", &Info::tell_attributes},
                                              {"dump_dict", &Info::tell_dictionary},
                                              {"dump", &Info::dump},
                                              {"bang", &Info::dump},
                                              {"get_available_models", &Info::tell_models}};
  return all;
}

void Info::receive(const std::string& selector, const Atoms& atoms) {
  if (const auto act = plain_messages().find(selector); act != plain_messages().end()) {
    if (!atoms.empty()) throw nn::Error(selector + " takes nothing.");
    // After a model that is being read.
    return work_.in_turn([this, call = act->second] { (this->*call)(); });
  }
  const size_t most = selector == "download" ? 2 : 1;
  if (atoms.empty() || atoms.size() > most || !is_word(atoms[0]))
    throw nn::Error(
        selector +
        (selector == "download" ? " takes a card and perhaps a new name" : " takes one name") +
        (atoms.empty() ? "." : ", not '" + text_of(atoms) + "'."));
  const auto name = text_of(atoms[0]);
  if (selector == "set")
    set(name);
  else if (selector == "parameters")
    work_.in_turn([this, name] { tell_parameters(name); });
  else if (selector == "download")
    downloads_.download(atoms, [](const auto&) {});
  else
    downloads_.remove(atoms);
}

namespace {

t_class* info_class;

struct InfoObject {
  t_object object;
  std::shared_ptr<Info>* info;
};

std::shared_ptr<Info> of(InfoObject* x) { return x->info ? *x->info : nullptr; }

void receive(InfoObject* x, t_symbol* selector, long count, t_atom* atoms) {
  if (const auto info = of(x))
    info->enter([&] { info->receive(selector->s_name, atoms_from(count, atoms)); });
}

void bang(InfoObject* x) { receive(x, gensym("bang"), 0, nullptr); }

void destroy(InfoObject* x) {
  if (!x->info) return;
  (*x->info)->leave();
  delete std::exchange(x->info, nullptr);
}

void* create(t_symbol*, long count, t_atom* atoms) {
  auto* x = static_cast<InfoObject*>(object_alloc(info_class));
  if (!x) return nullptr;
  x->info = nullptr;
  try {
    x->info = new std::shared_ptr<Info>(std::make_shared<Info>(&x->object));
    attr_args_process(x, static_cast<short>(count), atoms);
    const long plain = attr_args_offset(static_cast<short>(count), atoms);
    if (plain > 0) receive(x, gensym("set"), plain, atoms);
    return x;
  } catch (const std::exception& e) {
    object_error(&x->object, "%s", e.what());
  }
  object_free(x);
  return nullptr;
}

void assist(InfoObject*, void*, long io, long index, char* text) {
  std::snprintf(text, 256, "%s", Info::assist(io == ASSIST_INLET, index));
}

t_max_err get_dict(InfoObject* x, void*, long* count, t_atom** atoms) {
  if (!*count || !*atoms) {
    *atoms = reinterpret_cast<t_atom*>(sysmem_newptr(sizeof(t_atom)));
    if (!*atoms) return MAX_ERR_OUT_OF_MEM;
  }
  *count = 1;
  if (const auto info = of(x)) info->enter([&] { atom_setsym(*atoms, info->bound()); });
  return MAX_ERR_NONE;
}

t_max_err set_dict(InfoObject* x, void*, long count, t_atom* atoms) {
  const auto info = of(x);
  const bool taken = info && info->enter([&] {
    if (count > 1 || (count == 1 && atom_gettype(atoms) != A_SYM))
      throw nn::Error("dict is the name of a dictionary.");
    info->bind(count == 1 ? atom_getsym(atoms) : nullptr);
  });
  return taken ? MAX_ERR_NONE : MAX_ERR_GENERIC;
}

}  // namespace
}  // namespace maxmsp

void C74_EXPORT ext_main(void*) {
  using namespace maxmsp;
  t_class* const c = class_new("nn.info", as_method(create), as_method(destroy), sizeof(InfoObject),
                               nullptr, A_GIMME, 0);
  class_addmethod(c, as_method(assist), "assist", A_CANT, 0);
  class_addmethod(c, as_method(bang), "bang", 0);
  const auto add = [c](const std::string& selector) {
    class_addmethod(c, as_method(receive), selector.c_str(), A_GIMME, 0);
  };
  for (const auto& [selector, act] : Info::plain_messages())
    if (selector != "bang") add(selector);
  for (const auto& selector : Info::other_messages()) add(selector);
  class_addattr(
      c, attribute_new("dict", gensym("symbol"), 0, as_method(get_dict), as_method(set_dict)));
  class_attr_addattr_parse(c, "dict", "label", gensym("symbol"), 0, "\"Dictionary\"");
  class_attr_addattr_parse(c, "dict", "save", gensym("long"), 0, "1");
  class_register(CLASS_BOX, c);
  info_class = c;
  post("nn.info %s", NN_VERSION);
}
