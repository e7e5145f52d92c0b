#include "warm_up.h"

#include <sstream>

#include "nn/error.h"
#include "sentence.h"

namespace nn {
namespace {

// The profiling executor records shapes in the first run and compiles in the second.
constexpr int kCompilingRuns = 2, kTimedRuns = 2;

}  // namespace

WarmUp warm_up(const LoadedModel& model, const Method& method, const EngineOptions& options,
               Stage& stage) {
  const c10::InferenceMode inference;
  WarmUp result;
  try {
    auto module = model.instance();
    stage.set("The model's set_sample_rate");
    try {
      if (options.sample_rate && model.contract().takes_sample_rate)
        module.run_method("set_sample_rate", rate_argument(module, *options.sample_rate));
    } catch (const std::exception&) {
      // The engine calls it too, and tells.
    }
    stage.set("Method '" + method.name + "'");
    for (int i = 0; i < kCompilingRuns + kTimedRuns; ++i) {
      const int64_t began = now_ns();
      const auto input = input_tensor(method, options).to(model.torch_device());
      checked_output(module.get_method(method.name)({input}), method, options);
      const double seconds = static_cast<double>(now_ns() - began) * 1e-9;
      if (i >= kCompilingRuns) result.cost = std::max(result.cost, seconds);
    }
  } catch (const std::exception& e) {
    result.remark =
        "Method '" + method.name + "' failed on a block of silence: " + sentence(e) + ".";
  }
  return result;
}

c10::IValue rate_argument(const torch::jit::Module& module, double sample_rate) {
  const auto function = module.get_method("set_sample_rate");
  const auto& schema = function.function().getSchema();
  if (schema.arguments().size() > 1 &&
      schema.arguments()[1].type()->kind() == c10::TypeKind::FloatType)
    return sample_rate;
  return static_cast<int64_t>(sample_rate);
}

at::Tensor input_tensor(const Method& method, const EngineOptions& options) {
  return torch::zeros({options.batch, method.in_channels, options.block / method.in_ratio});
}

at::Tensor checked_output(const c10::IValue& value, const Method& method,
                          const EngineOptions& options) {
  if (!value.isTensor())
    throw Error("it returned " + value.tagKind() + " where a tensor was expected");
  at::Tensor tensor = value.toTensor().detach();
  if (!tensor.defined() || tensor.is_complex() || tensor.is_quantized() || tensor.is_sparse())
    throw Error("it returned a tensor that is not made of plain numbers");
  const int64_t frames = options.block / method.out_ratio;
  if (tensor.numel() != int64_t{options.batch} * method.out_channels * frames) {
    std::ostringstream text;
    text << "it returned the shape " << tensor.sizes() << " where [" << options.batch << ", "
         << method.out_channels << ", " << frames << "] was expected";
    throw Error(text.str());
  }
  return tensor.to(torch::kCPU, torch::kFloat32).contiguous();
}

}  // namespace nn
