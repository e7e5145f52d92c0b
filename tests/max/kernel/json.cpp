// Classes and dictionaries as JSON.
#include <nlohmann/json.hpp>

#include "dictionary.h"

namespace max_kernel {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Atom& atom) {
  return std::visit([](const auto& value) { return Json(value); }, atom);
}

Json to_json(const Atoms& atoms) {
  Json all = Json::array();
  for (const auto& atom : atoms) all.push_back(to_json(atom));
  return all;
}

Json to_json(const ClassInfo& info) {
  Json messages = Json::array(), attributes = Json::array();
  for (const auto& m : info.messages)
    messages.push_back({{"name", m.name}, {"arguments", m.arguments}});
  for (const auto& a : info.attributes) {
    Json one{{"name", a.name}, {"type", a.type}};
    if (a.has_default) one["default"] = to_json(a.default_value);
    if (!a.label.empty()) one["label"] = a.label;
    if (!a.style.empty()) one["style"] = a.style;
    if (!a.category.empty()) one["category"] = a.category;
    if (!a.enum_values.empty()) one["enum"] = to_json(a.enum_values);
    one["save"] = a.save;
    one["readable"] = a.readable;
    one["writable"] = a.writable;
    if (a.invisible) one["invisible"] = true;
    attributes.push_back(std::move(one));
  }
  return {{"box", info.box}, {"dsp", info.dsp}, {"messages", messages}, {"attributes", attributes}};
}

t_atom atom_of(const Json& value) {
  if (value.is_boolean()) return to_max(Atom(int64_t(value.get<bool>())));
  if (value.is_number_integer()) return to_max(Atom(value.get<int64_t>()));
  if (value.is_number()) return to_max(Atom(value.get<double>()));
  return to_max(Atom(value.is_string() ? value.get<std::string>() : value.dump()));
}

t_dictionary* dictionary_of(const Json& object) {
  auto* const d = dictionary_new();
  for (const auto& [name, value] : object.items()) {
    auto* const key = gensym(name.c_str());
    if (value.is_object()) {
      dictionary_appenddictionary(d, key, dictionary_of(value));
      continue;
    }
    std::vector<t_atom> atoms;
    if (value.is_array())
      for (const auto& element : value) atoms.push_back(atom_of(element));
    else
      atoms.push_back(atom_of(value));
    dictionary_appendatoms(d, key, long(atoms.size()), atoms.data());
  }
  return d;
}

Json to_json(const t_dictionary& d) {
  Json object = Json::object();
  for (const auto& entry : d.entries) {
    const auto atoms = from_max(long(entry.atoms.size()), entry.atoms.data());
    if (entry.dictionary)
      object[entry.key->s_name] = to_json(*entry.dictionary);
    else
      object[entry.key->s_name] = atoms.size() == 1 ? to_json(atoms[0]) : to_json(atoms);
  }
  return object;
}

std::string detail(const Attribute& attribute, const char* name) {
  const auto found = attribute.details.find(name);
  return found == attribute.details.end() ? "" : text(found->second);
}

// A label may be of several words.
std::string word(const Attribute& attribute, const char* name) {
  const auto found = attribute.details.find(name);
  if (found == attribute.details.end() || found->second.size() != 1) return detail(attribute, name);
  const auto* s = std::get_if<std::string>(&found->second[0]);
  return s ? *s : detail(attribute, name);
}

AttributeInfo info_of(const Attribute& a) {
  AttributeInfo info;
  info.name = a.name->s_name;
  info.type = a.type->s_name;
  info.label = word(a, "label");
  info.style = word(a, "style");
  info.category = word(a, "category");
  if (const auto found = a.details.find("default"); found != a.details.end()) {
    info.has_default = true;
    info.default_value = found->second;
  }
  if (const auto found = a.details.find("enumvals"); found != a.details.end())
    info.enum_values = found->second;
  info.save = detail(a, "save") == "1";
  info.invisible = detail(a, "invisible") == "1";
  info.readable = !(a.flags & (ATTR_GET_OPAQUE | ATTR_GET_OPAQUE_USER));
  info.writable = !(a.flags & (ATTR_SET_OPAQUE | ATTR_SET_OPAQUE_USER));
  return info;
}

}  // namespace

std::optional<ClassInfo> describe(const std::string& class_name) {
  auto* const symbol = gensym(class_name.c_str());
  const auto* type = class_findbyname(CLASS_BOX, symbol);
  if (!type) type = class_findbyname(CLASS_NOBOX, symbol);
  if (!type) return std::nullopt;
  ClassInfo info;
  info.name = class_name;
  info.box = type->name_space == CLASS_BOX;
  info.dsp = type->dsp;
  for (const auto& [key, m] : type->methods) {
    MessageInfo message{key->s_name, {}};
    for (const int t : m.types) message.arguments.push_back(type_name(t));
    info.messages.push_back(std::move(message));
  }
  for (const auto* attribute : type->attributes) info.attributes.push_back(info_of(*attribute));
  return info;
}

std::string describe_json(const std::string& class_name) {
  const auto info = describe(class_name);
  return info ? to_json(*info).dump(2) : "";
}

std::string describe_json() {
  Json all = Json::object();
  for (const auto& name : classes())
    if (const auto info = describe(name)) all[name] = to_json(*info);
  return all.dump(2);
}

void create_dictionary(const std::string& name, const std::string& json) {
  free_dictionary(name);
  auto* d = dictionary_of(Json::parse(json));
  auto* symbol = gensym(name.c_str());
  d->of_test = true;
  dictobj_register(d, &symbol);
}

std::string dictionary_json(const std::string& name) {
  const auto* d = registered_dictionary(name);
  return d ? to_json(*d).dump() : "";
}

void free_dictionary(const std::string& name) {
  if (auto* const d = registered_dictionary(name)) free_dictionary_object(d);
}

}  // namespace max_kernel
