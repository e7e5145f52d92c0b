#include "models.h"

#include "script_models.h"

namespace models {

std::filesystem::path folder() { return scripts::folder(); }

std::filesystem::path save(const std::string& name, const Model& model) {
  scripts::Source source{model.code, {}, false, {}, {}};
  for (const auto& [key, numbers] : model.params) source.params[key] = numbers;
  for (const auto& [key, numbers] : model.buffers)
    source.buffers[key] = torch::full(numbers.shape, numbers.value, torch::kFloat32);
  return scripts::save(name, source);
}

}  // namespace models
