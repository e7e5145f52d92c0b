// TorchScript models made on the spot, of every generation the host has to understand.
#pragma once

#include <torch/script.h>

#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "nn/contract.h"
#include "nn/error.h"

namespace scripts {

// A folder of its own per test run, removed at the end.
inline std::filesystem::path folder() {
  struct Folder {
    std::filesystem::path path;
    Folder() {
      path = std::filesystem::temp_directory_path() /
             ("nn-models-" + std::to_string(std::random_device{}()));
      std::filesystem::create_directories(path);
    }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const Folder made;
  return made.path;
}

using Numbers = std::vector<int64_t>;

// `code`: the methods' source. `params`: name → [Ci, Ri, Co, Ro], or attribute types.
struct Source {
  std::string code;
  std::map<std::string, Numbers> params;
  bool float_params = false;
  std::map<std::string, at::Tensor> buffers = {}, parameters = {};
};

inline std::filesystem::path save(const std::string& name, const Source& source) {
  torch::jit::Module module(name);
  for (const auto& [key, numbers] : source.params) {
    auto tensor = torch::tensor(numbers, torch::kInt64);
    module.register_buffer(key + "_params",
                           source.float_params ? tensor.to(torch::kFloat32) : tensor);
  }
  for (const auto& [key, tensor] : source.buffers) module.register_buffer(key, tensor);
  for (const auto& [key, tensor] : source.parameters) module.register_parameter(key, tensor, false);
  module.define(source.code);
  const auto path = folder() / (name + ".ts");
  module.save(path.string());
  return path;
}

// y = gain · x with `gain` a settable attribute; remembers the last sample of each block.
inline Source gain() {
  return {R"py(
def forward(self, x: Tensor):
    self.calls += 1
    return x * self.factor
def last(self, x: Tensor):
    y = torch.cat([self.memory, x[:1, :1, :-1]], -1)
    self.memory.copy_(x[:1, :1, -1:])
    return y
def get_methods(self):
    return ["forward", "last"]
def get_attributes(self):
    return ["none", "gain"]
def get_gain(self):
    return float(self.factor)
def set_gain(self, value: float):
    if value > 100.0:
        return -1
    self.factor.fill_(value)
    return 0
def set_sample_rate(self, rate: int):
    self.rate.fill_(rate)
def get_sample_rate(self):
    return int(self.rate)
)py",
          {{"forward", {1, 1, 1, 1}}, {"last", {1, 1, 1, 1}}, {"gain", {2}}},
          false,
          {{"factor", torch::ones({1})},
           {"calls", torch::zeros({1})},
           {"memory", torch::zeros({1, 1, 1})},
           {"rate", torch::zeros({1}, torch::kInt64)}}};
}

}  // namespace scripts
