// What is known of Max's own objects.
#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "patcher.h"

#ifndef MAX_KERNEL_OBJECT_TABLE
#define MAX_KERNEL_OBJECT_TABLE "max_objects.json"
#endif

namespace max_kernel {

namespace {

int whole(const Atom& atom, int otherwise) {
  if (const auto* i = std::get_if<int64_t>(&atom)) return int(*i);
  if (const auto* d = std::get_if<double>(&atom)) return int(*d);
  return otherwise;
}

// A number, "file" for what the file says, or {"of": "count" or the place of an argument, "plus",
// "min", "default": where there is no such argument}.
int count_of(const Json& rule, const Box& box, const char* in_file) {
  if (rule.is_number()) return rule.get<int>();
  if (rule.is_string()) return box.json.value(in_file, 1);
  int count = rule.value("default", 1);
  const int arguments = int(box.arguments.size());
  if (rule["of"] == "count") {
    if (arguments > 0) count = arguments;
  } else if (const int place = rule["of"].get<int>(); place < arguments) {
    count = whole(box.arguments[size_t(place)], count);
  }
  return std::max(count + rule.value("plus", 0), rule.value("min", 0));
}

bool is_audio(const std::string& name) { return !name.empty() && name.back() == '~'; }

}  // namespace

ObjectTable& ObjectTable::shared() {
  static auto* const table = [] {
    auto* const t = new ObjectTable;
    if (std::ifstream(MAX_KERNEL_OBJECT_TABLE)) t->load(MAX_KERNEL_OBJECT_TABLE);
    return t;
  }();
  return *table;
}

void ObjectTable::load(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  table_ = Json::parse(file);
}

const Json* ObjectTable::entry(const std::string& name) const {
  const auto found = table_.find(name);
  if (found != table_.end()) return found->is_string() ? entry(found->get<std::string>()) : &*found;
  // Any signal object has its mc. version.
  const auto plain = name.compare(0, 3, "mc.") == 0 ? name.substr(3) : "";
  return is_audio(plain) && table_.contains(plain) ? entry(plain) : nullptr;
}

bool ObjectTable::has(const std::string& name) const { return entry(name) != nullptr; }

void ObjectTable::fill(Box& box) const {
  const auto& e = *entry(box.class_name);
  box.inlets = count_of(e.at("inlets"), box, "numinlets");
  box.outlets = count_of(e.at("outlets"), box, "numoutlets");
  const bool audio = e.value("signal", is_audio(box.class_name));
  box.signal_inlets.assign(size_t(box.inlets), audio);
  box.signal_outlets.assign(size_t(box.outlets), audio);
  if (const auto only = e.find("signal_inlets"); only != e.end())
    for (size_t i = 0; i < box.signal_inlets.size(); ++i)
      box.signal_inlets[i] = i < only->get<size_t>();
  if (const auto only = e.find("signal_outlets"); only != e.end())
    for (size_t i = 0; i < box.signal_outlets.size(); ++i)
      box.signal_outlets[i] = i < only->get<size_t>();
}

void set_object_table(const std::string& path) { ObjectTable::shared().load(path); }

}  // namespace max_kernel
