// What the host costs on top of the model. Wall-clock seconds per block.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nn/model.h"

namespace nn {

struct Bench {
  std::vector<double> host;  // a block's worth of callbacks through a synchronous stream
  std::vector<double> bare;  // the TorchScript call alone, on a tensor that is ready
};

// `blocks` pairs of measurements, host and bare in turn so that both see the same machine, on one
// thread with one torch thread. `vector`: samples per callback. threads 2: the host's side shares
// products with a second one. Throws nn::Error.
Bench bench(const std::filesystem::path& path, const std::string& method, int block, int vector,
            int batch, int blocks, const LoadOptions& load = {}, int threads = 1);

}  // namespace nn
