// What is wrong with a patcher's cords and with the messages that go through them.
#include "patcher.h"

namespace max_kernel {

void PatchReader::check_line(const Json& line, std::map<std::string, Box>& boxes) {
  const auto end = [&](const char* name) {
    const auto& both = line.at(name);
    return std::pair{both.at(0).get<std::string>(), both.at(1).get<int>()};
  };
  const auto [from_id, outlet] = end("source");
  const auto [to_id, inlet] = end("destination");
  const auto from = boxes.find(from_id), to = boxes.find(to_id);
  if (from == boxes.end() || to == boxes.end()) {
    report(from_id + " to " + to_id, "cord from or to a box that does not exist");
    return;
  }
  const auto& a = from->second;
  const auto& b = to->second;
  const bool has_outlet = outlet >= 0 && outlet < a.outlets;
  const bool has_inlet = inlet >= 0 && inlet < b.inlets;
  if (!has_outlet)
    report(a, "no outlet " + std::to_string(outlet) + " of " + std::to_string(a.outlets) + " to " +
                  b.id);
  if (!has_inlet)
    report(b, "no inlet " + std::to_string(inlet) + " of " + std::to_string(b.inlets) + " from " +
                  a.id);
  if (!has_outlet || !has_inlet) return;
  if (a.signal_outlets[size_t(outlet)] && !b.signal_inlets[size_t(inlet)])
    report(b, "inlet " + std::to_string(inlet) + " takes no signal, and " + a.id + " sends one");
  if (b.type) check_message(a, b, inlet);
  if (a.object && b.object && !a.signal_outlets[size_t(outlet)])
    connect(a.object, outlet, b.object, inlet);
}

void PatchReader::check_message(const Box& from, const Box& to, int inlet) {
  const bool message = from.class_name == "message";
  if (message || from.class_name == "loadmess") {
    const auto text =
        message ? from.text : from.text.substr(std::min(from.text.size(), sizeof "loadmess" - 1));
    for (const auto& one : split_messages(text)) check_selector(to, inlet, one);
  } else if (from.class_name == "prepend" && !from.arguments.empty()) {
    check_selector(to, inlet, from.arguments);
  } else if (from.class_name == "attrui") {
    const auto name = from.json.value("attr", "");
    if (!to.type->find_attribute(gensym(name.c_str()))) report(from, "no such attribute: " + name);
  }
}

void PatchReader::check_selector(const Box& to, int inlet, const Atoms& message) {
  const std::string selector = selector_of(message)->s_name;
  if (selector.empty() || selector[0] == '$') return;
  if (to.object) {
    const auto record = record_of(to.object, "check_selector");
    std::lock_guard lock(record->mutex);
    if (record->inlets[size_t(inlet)].kind != Inlet::plain) return;
  }
  if (!understands(to.type, selector)) report(to, "doesn't understand \"" + selector + '"');
}

}  // namespace max_kernel
