// The list of models, from the server's JSON. Everything in it is foreign text.
#include <nlohmann/json.hpp>

#include "net/text.h"
#include "nn/hub.h"

namespace nn {
namespace {

using Json = nlohmann::json;

bool is_card(const ModelCard& card) {
  try {
    parse_card(card.str());
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Text of a value that is one thing; empty for lists, objects and null. (Only for such values is
// dump() without recursion, which a hostile server could drive arbitrarily deep.)
std::string scalar_text(const Json& value) {
  if (value.is_string()) return net::printable(value.get_ref<const std::string&>());
  if (value.is_number() || value.is_boolean()) return value.dump();
  return {};
}

std::map<std::string, std::string> info_of(const Json& details) {
  std::map<std::string, std::string> info;
  if (!details.is_object()) return info;
  for (const auto& [key, value] : details.items()) {
    std::string text = scalar_text(value);
    if (value.is_array()) {
      for (const Json& item : value) {
        const std::string part = scalar_text(item);
        if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
      }
    }
    if (!text.empty()) info[net::printable(key, 80)] = text;
  }
  return info;
}

}  // namespace

std::vector<ModelCard> parse_model_list(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '<') {
    throw Error("The model server answered with a web page instead of its list of models.");
  }
  const Json root = Json::parse(text.begin(), text.end(), nullptr, false);
  if (root.is_discarded() || !root.is_object()) {
    throw Error("The model server's list of models is damaged.");
  }
  std::vector<ModelCard> cards;
  for (const auto& [source, types] : root.items()) {
    if (!types.is_object()) continue;
    for (const auto& [type, names] : types.items()) {
      if (!names.is_object()) continue;
      for (const auto& [name, details] : names.items()) {
        ModelCard card{source, type, name, info_of(details)};
        if (is_card(card)) cards.push_back(std::move(card));
      }
    }
  }
  if (cards.empty() && !root.empty()) {
    throw Error("The model server's list of models has an unknown form.");
  }
  return cards;
}

}  // namespace nn
