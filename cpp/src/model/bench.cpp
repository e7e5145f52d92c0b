#include "nn/bench.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <thread>

#include "../rt/denormals.h"
#include "loaded.h"
#include "nn/error.h"
#include "nn/stream.h"
#include "sentence.h"
#include "threads.h"
#include "warm_up.h"

namespace nn {
namespace {

constexpr int kUntimed = 8;

double seconds_since(int64_t began) { return static_cast<double>(now_ns() - began) * 1e-9; }

Bench measure(std::shared_ptr<const LoadedModel> model, const EngineOptions& options, int vector,
              int blocks) {
  const Method& method = *model->contract().method(options.method);
  StreamConfig config;
  config.timing = {options.block, vector, false, false};
  config.inputs = method.in_channels * options.batch;
  config.outputs = method.out_channels * options.batch;
  Stream stream(ModelEngine::make(model, options), config);

  // Noise: silence would let a lucky model skip work.
  const c10::InferenceMode inference;
  const auto noise = torch::rand({config.inputs, options.block}) * 2 - 1;
  auto heard = torch::zeros({config.outputs, vector});
  std::vector<const float*> in(static_cast<size_t>(config.inputs));
  std::vector<float*> out(static_cast<size_t>(config.outputs));
  for (size_t c = 0; c < out.size(); ++c)
    out[c] = heard.data_ptr<float>() + static_cast<int64_t>(c) * vector;

  auto module = model->instance();
  const auto function = module.get_method(method.name);
  const auto input = input_tensor(method, options).uniform_(-1, 1).to(model->torch_device());

  Bench result;
  for (int i = -kUntimed; i < blocks; ++i) {
    int64_t began = now_ns();
    for (int at = 0; at < options.block; at += vector) {
      for (size_t c = 0; c < in.size(); ++c)
        in[c] = noise.data_ptr<float>() + static_cast<int64_t>(c) * options.block + at;
      stream.process(in.data(), out.data(), std::min(vector, options.block - at));
    }
    const double host = seconds_since(began);
    double bare;
    {
      const FlushDenormals flush;
      began = now_ns();
      try {
        const auto value = function({input});
        if (value.isTensor()) value.toTensor().to(torch::kCPU);
      } catch (const std::exception& e) {
        throw Error("Method '" + method.name + "' failed: " + sentence(e) + ".");
      }
      bare = seconds_since(began);
    }
    if (i < 0) continue;
    result.host.push_back(host);
    result.bare.push_back(bare);
  }
  if (const auto line = stream.next_message()) throw Error(*line);
  return result;
}

}  // namespace

Bench bench(const std::filesystem::path& path, const std::string& method, int block, int vector,
            int batch, int blocks, const LoadOptions& load, int threads) {
  const auto model = std::dynamic_pointer_cast<const LoadedModel>(Model::load(path, load));
  EngineOptions options;
  options.method = method;
  options.block = block;
  options.batch = batch;
  options.threads = threads;
  if (vector < 1 || block % vector != 0)
    throw Error("A block of " + std::to_string(block) +
                " samples is not a multiple of the vector, " + std::to_string(vector) + ".");
  Bench result;
  std::exception_ptr failed;
  std::thread([&] {
    try {
      ModelEngine::make(model, options);  // refuses wrong methods and blocks
      compute_on_this_thread_alone();
      result = measure(model, options, vector, blocks);
    } catch (...) {
      failed = std::current_exception();
    }
  }).join();
  if (failed) std::rethrow_exception(failed);
  return result;
}

}  // namespace nn
