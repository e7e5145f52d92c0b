// Opens patchers: every box, and what is in them.
#include "patcher.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace fs = std::filesystem;

namespace max_kernel {

namespace {

constexpr int deepest_patcher = 20;

const std::vector<std::string> patcher_names{"p", "patcher"};

bool is_any(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string word(const Atoms& atoms, size_t i) { return i < atoms.size() ? text({atoms[i]}) : ""; }

Json read_json(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot be read");
  return Json::parse(file);
}

}  // namespace

std::string substitute(const std::string& text, const Atoms& arguments, int zero) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hash = text[i] == '#' && i + 1 < text.size() && std::isdigit(text[i + 1]);
    if (!hash) {
      result += text[i];
      continue;
    }
    const auto place = size_t(text[++i] - '0');
    if (place == 0)
      result += std::to_string(zero);
    else
      result += place <= arguments.size() ? max_kernel::text({arguments[place - 1]}) : "0";
  }
  return result;
}

void PatchReader::report(const std::string& box, const std::string& text) {
  std::string file;
  for (const auto& part : place_) file += (file.empty() ? "" : "/") + part;
  report_.errors.push_back({file, box, text});
}

void PatchReader::report(const Box& box, const std::string& text) {
  report(box.id + " [" + (box.text.empty() ? box.class_name : box.text) + "]", text);
}

void PatchReader::read_file(const std::string& path, const Atoms& arguments) {
  const auto outer = std::exchange(given_, arguments);
  place_.push_back(fs::path(path).filename().string());
  folders_.push_back(fs::path(path).parent_path().string());
  ++zero_;
  auto* const around = patcher();
  try {
    const auto json = read_json(path);
    set_patcher(new_patcher(fs::absolute(path).string()));
    read_patcher(json.at("patcher"));
  } catch (const std::exception& e) {
    report("", std::string("not a patcher: ") + e.what());
  }
  set_patcher(around);
  folders_.pop_back();
  place_.pop_back();
  given_ = outer;
}

PatchReader::Ends PatchReader::read_patcher(const Json& patcher) {
  Ends ends;
  std::map<std::string, Box> boxes;
  if (++depth_ > deepest_patcher) {
    report("", "patchers within themselves");
    --depth_;
    return ends;
  }
  for (const auto& element : patcher.value("boxes", Json::array())) {
    auto box = read_box(element.at("box"));
    ++report_.boxes;
    if (is_any(box.class_name, {"inlet", "in", "in~"})) ++ends.inlets;
    if (is_any(box.class_name, {"outlet", "out", "out~"})) ++ends.outlets;
    if (box.id.empty() || boxes.count(box.id)) report(box, "duplicate id");
    boxes.emplace(box.id, std::move(box));
  }
  for (const auto& element : patcher.value("lines", Json::array())) {
    ++report_.lines;
    check_line(element.at("patchline"), boxes);
  }
  --depth_;
  return ends;
}

Box PatchReader::read_box(const Json& json) {
  Box box;
  box.json = json;
  box.id = json.value("id", "");
  box.class_name = json.value("maxclass", "");
  if (json.contains("text") && json["text"].is_string())
    box.text = substitute(json["text"].get<std::string>(), given_, zero_);
  if (box.class_name == "newobj") {
    read_text(box);
  } else if (box.class_name == "bpatcher") {
    Atoms arguments;
    for (const auto& a : json.value("args", Json::array()))
      arguments.push_back(a.is_number_integer() ? Atom(a.get<int64_t>())
                          : a.is_number()       ? Atom(a.get<double>())
                                                : Atom(a.get<std::string>()));
    if (json.contains("patcher"))
      make_patcher(box);
    else if (!make_abstraction(box, json.value("name", ""), arguments))
      report(box, "bpatcher: no such file: " + json.value("name", ""));
    return box;
  }
  if (find_class(box.class_name))
    make_external(box);
  else if (make_patcher(box)) {
  } else if (ObjectTable::shared().has(box.class_name)) {
    ObjectTable::shared().fill(box);
    if (json.contains("patcher")) {  // gen~, rnbo~, poly~ hold languages of their own
      box.inlets = json.value("numinlets", box.inlets);
      box.outlets = json.value("numoutlets", box.outlets);
    }
  } else if (!make_abstraction(box, box.class_name, box.arguments)) {
    report(box, "unknown object: " + box.class_name);
    box.inlets = json.value("numinlets", 1);
    box.outlets = json.value("numoutlets", 1);
    box.signal_inlets.assign(size_t(box.inlets), true);
    box.signal_outlets.assign(size_t(box.outlets), false);
  }
  return box;
}

void PatchReader::read_text(Box& box) {
  const auto atoms = parse(box.text);
  box.class_name = word(atoms, 0);
  size_t i = 1;
  const auto is_name = [&](const Atom& atom) {
    const auto* s = std::get_if<std::string>(&atom);
    return s && s->size() > 1 && (*s)[0] == '@';
  };
  for (; i < atoms.size() && !is_name(atoms[i]); ++i) box.arguments.push_back(atoms[i]);
  for (; i < atoms.size(); ++i)
    if (is_name(atoms[i])) box.attributes.push_back(std::get<std::string>(atoms[i]).substr(1));
}

// Max gives an object what it was saved with while it is made (#D), and sets it once more after.
Object* PatchReader::instantiate_saved(t_class* type, const Atoms& words, const Json& saved) {
  if (saved.empty()) return instantiate(type, words);
  const std::string name = "#D of a box";
  create_dictionary(name, Json{{"saved_object_attributes", saved}}.dump());
  t_dictionary* const box = dictobj_findregistered_retain(gensym(name.c_str()));
  gensym("#D")->s_thing = reinterpret_cast<t_object*>(box);
  Object* const object = instantiate(type, words);
  gensym("#D")->s_thing = nullptr;
  t_object* attributes = nullptr;
  dictionary_getdictionary(box, gensym("saved_object_attributes"), &attributes);
  if (object) attr_dictionary_process(object, reinterpret_cast<t_dictionary*>(attributes));
  dictobj_release(box);
  free_dictionary(name);
  return object;
}

void PatchReader::make_external(Box& box) {
  box.type = find_class(box.class_name);
  auto attributes = box.attributes;
  const auto saved = box.json.value("saved_object_attributes", Json::object());
  for (const auto& [name, value] : saved.items()) attributes.push_back(name);
  for (const auto& name : attributes)
    if (!box.type->find_attribute(gensym(name.c_str()))) report(box, "no such attribute: " + name);
  auto words = parse(box.text);
  if (!words.empty()) words.erase(words.begin());
  box.object = instantiate_saved(box.type, words, saved);
  if (!box.object) {
    report(box, "error creating object");
    box.inlets = box.json.value("numinlets", 1);
    box.outlets = box.json.value("numoutlets", 1);
    box.signal_inlets.assign(size_t(box.inlets), true);
    box.signal_outlets.assign(size_t(box.outlets), false);
    return;
  }
  report_.objects.push_back(box.object);
  box.inlets = inlets(box.object);
  box.outlets = outlets(box.object);
  for (int i = 0; i < box.inlets; ++i)
    box.signal_inlets.push_back(!inlet_type(box.object, i).empty());
  for (int i = 0; i < box.outlets; ++i) {
    const auto type = outlet_type(box.object, i);
    box.signal_outlets.push_back(type == "signal" || type == "multichannelsignal");
  }
}

// What is inside decides how many inlets and outlets there are; they may carry signals.
bool PatchReader::make_patcher(Box& box) {
  const bool named = is_any(box.class_name, patcher_names) || box.class_name == "bpatcher";
  if (!named || !box.json.contains("patcher")) return false;
  place_.push_back(box.text.empty() ? box.class_name : box.text);
  const auto ends = read_patcher(box.json.at("patcher"));
  place_.pop_back();
  box.inlets = ends.inlets;
  box.outlets = ends.outlets;
  box.signal_inlets.assign(size_t(box.inlets), true);
  box.signal_outlets.assign(size_t(box.outlets), false);
  const auto types = box.json.value("outlettype", Json::array());
  for (size_t i = 0; i < box.signal_outlets.size() && i < types.size(); ++i)
    box.signal_outlets[i] = types[i] == "signal" || types[i] == "multichannelsignal";
  return true;
}

bool PatchReader::make_abstraction(Box& box, const std::string& file, const Atoms& arguments) {
  if (file.empty()) return false;
  std::optional<std::string> path;
  for (const auto* ending : {"", ".maxpat", ".json"}) {
    const auto name = file + ending;
    if (const auto near = fs::path(folders_.back()) / name; fs::is_regular_file(near))
      path = near.string();
    else if (!path)
      path = find_file(name);
    if (path) break;
  }
  if (!path) return false;
  read_file(*path, arguments);
  Json patcher;
  try {
    patcher = read_json(*path).at("patcher");
  } catch (const std::exception&) {
    return true;  // reported
  }
  box.inlets = box.outlets = 0;
  for (const auto& element : patcher.value("boxes", Json::array())) {
    const auto kind = element.at("box").value("maxclass", "");
    box.inlets += kind == "inlet";
    box.outlets += kind == "outlet";
  }
  box.signal_inlets.assign(size_t(box.inlets), true);
  box.signal_outlets.assign(size_t(box.outlets), false);
  return true;
}

PatchReport open_patch(const std::string& path) {
  PatchReport report;
  PatchReader(report).read_file(path, {});
  set_patcher(nullptr);
  for (auto* object : report.objects)
    if (const auto m = object_getmethod(object, gensym("loadbang")))
      reinterpret_cast<void (*)(void*)>(reinterpret_cast<void*>(m))(object);
  return report;
}

}  // namespace max_kernel
