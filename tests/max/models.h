// TorchScript models made on the spot. No torch in here: it takes long to compile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace models {

struct Numbers {
  std::vector<int64_t> shape;  // empty: one number
  float value;                 // of each
};

// `code`: the methods' source. `params`: name → [Ci, Ri, Co, Ro], or attribute types.
struct Model {
  std::string code;
  std::map<std::string, std::vector<int64_t>> params;
  std::map<std::string, Numbers> buffers = {};
};

std::filesystem::path folder();  // of this run of the tests
std::filesystem::path save(const std::string& name, const Model& model);

}  // namespace models
