// A patcher as it is read: boxes with what is known of their inlets and outlets.
#pragma once

#include <nlohmann/json.hpp>

#include "internal.h"

namespace max_kernel {

using Json = nlohmann::json;

struct Box {
  std::string id, class_name, text;
  Atoms arguments;  // without attributes
  std::vector<std::string> attributes;
  Object* object = nullptr;  // of an external
  t_class* type = nullptr;   // of an external, even where creating failed
  int inlets = 1, outlets = 1;
  std::vector<bool> signal_inlets, signal_outlets;
  Json json;
};

// max_objects.json
class ObjectTable {
 public:
  static ObjectTable& shared();
  void load(const std::string& path);
  bool has(const std::string& name) const;
  // Inlets, outlets and which take and send signals.
  void fill(Box& box) const;

 private:
  const Json* entry(const std::string& name) const;
  Json table_;
};

class PatchReader {
 public:
  explicit PatchReader(PatchReport& report) : report_(report) {}
  void read_file(const std::string& path, const Atoms& arguments);

 private:
  struct Ends {
    int inlets = 0, outlets = 0;
  };
  Ends read_patcher(const Json& patcher);
  Box read_box(const Json& json);
  void read_text(Box& box);
  void make_external(Box& box);
  static Object* instantiate_saved(t_class* type, const Atoms& words, const Json& saved);
  bool make_patcher(Box& box);
  bool make_abstraction(Box& box, const std::string& file, const Atoms& arguments);
  void check_line(const Json& line, std::map<std::string, Box>& boxes);
  void check_message(const Box& from, const Box& to, int inlet);
  void check_selector(const Box& to, int inlet, const Atoms& message);
  void report(const std::string& box, const std::string& text);
  void report(const Box& box, const std::string& text);

  PatchReport& report_;
  std::vector<std::string> place_;  // the file and the subpatchers around what is read
  std::vector<std::string> folders_;
  Atoms given_;      // for #1 and on
  int zero_ = 1000;  // for #0
  int depth_ = 0;
};

std::string substitute(const std::string& text, const Atoms& arguments, int zero);

}  // namespace max_kernel
