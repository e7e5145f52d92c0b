#include "metadata.h"

#include <nlohmann/json.hpp>

namespace nn {

void read_metadata(const std::string& text, Contract& contract) {
  if (text.empty()) return;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) {
    contract.remarks.push_back("The file's own description (nn_tilde.json) cannot be read.");
    return;
  }
  const auto word = [&](const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  const auto positive = [&](const char* key) -> std::optional<int> {
    const auto at = json.find(key);
    if (at == json.end() || !at->is_number_integer()) return std::nullopt;
    const auto value = at->get<int64_t>();
    if (value < 1 || value > (1 << 24)) return std::nullopt;
    return static_cast<int>(value);
  };
  contract.metadata = {word("toolkit"), word("torch"), positive("block"), positive("sample_rate")};
  const auto methods = json.find("methods");
  if (methods == json.end() || !methods->is_object()) return;
  for (Method& method : contract.methods) {
    const auto at = methods->find(method.name);
    if (at == methods->end() || !at->is_object()) continue;
    const auto delay = at->find("delay");
    if (delay != at->end() && delay->is_number_integer()) {
      const auto samples = delay->get<int64_t>();
      if (samples >= 0 && samples < (1 << 24)) method.delay = samples;
    }
    const auto batch = at->find("batch");
    if (batch != at->end() && batch->is_boolean()) method.batch = batch->get<bool>();
  }
}

}  // namespace nn
