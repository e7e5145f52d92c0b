#pragma once

#include <torch/script.h>

#include <set>
#include <string>

namespace nn {

// Which tensors of a module its code may write to in place, as paths "sub.module.name".
// `everything` is set when the code cannot be followed; then all tensors count as written.
struct Mutations {
  std::set<std::string> paths;
  bool everything = false;

  bool may_write(const std::string& path) const { return everything || paths.count(path) > 0; }
};

Mutations find_mutations(const torch::jit::Module& module);

}  // namespace nn
