#include "nn/compare.h"

#include <torch/script.h>

#include <array>
#include <cmath>
#include <exception>
#include <limits>
#include <thread>

#include "../accel/passes/operators.h"
#include "../rt/denormals.h"
#include "loaded.h"
#include "nn/error.h"
#include "nn/stream.h"
#include "sentence.h"
#include "threads.h"
#include "warm_up.h"

namespace nn {
namespace {

constexpr int kUntimed = 8;  // until TorchScript has compiled what it is going to compile

// As bench() does: alone on a thread of its own.
template <typename Call>
void alone(Call call) {
  std::exception_ptr failed;
  std::thread([&] {
    try {
      compute_on_this_thread_alone();
      call();
    } catch (...) {
      failed = std::current_exception();
    }
  }).join();
  if (failed) std::rethrow_exception(failed);
}

struct Side {
  Side(std::shared_ptr<const LoadedModel> loaded, const std::string& method)
      : model(std::move(loaded)), module(model->instance()), function(module.get_method(method)) {}
  std::shared_ptr<const LoadedModel> model;
  torch::jit::Module module;
  torch::jit::Method function;
  std::vector<double> seconds;
};

}  // namespace

// Nothing counts yet.
Work work_of(const Model& model, const EngineOptions& options) {
  const auto* loaded = dynamic_cast<const LoadedModel*>(&model);
  if (!loaded || !loaded->accelerated()) return {};
  const Method* method = loaded->contract().method(options.method);
  if (!method) return {};
  const c10::InferenceMode inference;
  auto module = loaded->instance();
  accel::tally() = {};
  try {
    module.get_method(method->name)({input_tensor(*method, options)});
  } catch (const std::exception&) {
    return {};  // whoever times it will hear of it
  }
  return {accel::tally().bytes, accel::tally().operations};
}

struct Comparison::Sides {
  Sides(std::shared_ptr<const LoadedModel> plain, std::shared_ptr<const LoadedModel> other,
        const EngineOptions& given)
      : options(given),
        method(*plain->contract().method(given.method)),
        both{Side(std::move(plain), given.method), Side(std::move(other), given.method)} {}

  // Its output; takes the time of the call alone.
  at::Tensor call(Side& side, const at::Tensor& noise, bool timed) {
    torch::manual_seed(static_cast<uint64_t>(blocks));
    const auto input = noise.to(side.model->torch_device(), at::kFloat, false, /*copy=*/true);
    try {
      const int64_t began = now_ns();
      auto value = side.function({input});
      if (value.isTensor()) value = value.toTensor().to(torch::kCPU);
      if (timed) side.seconds.push_back(static_cast<double>(now_ns() - began) * 1e-9);
      return checked_output(value, method, options);
    } catch (const std::exception& e) {
      throw Error("Method '" + method.name + "' failed: " + sentence(e) + ".");
    }
  }

  void block(bool timed) {
    const auto noise = input_tensor(method, options).uniform_(-1, 1, noises);
    const size_t first = static_cast<size_t>(blocks) % 2;
    std::array<at::Tensor, 2> heard;
    for (const size_t at : {first, 1 - first}) heard[at] = call(both[at], noise, timed);
    ++blocks;
    if (timed) compare(heard[0], heard[1]);
  }

  // What both say is no number is no difference.
  void compare(const at::Tensor& plain, const at::Tensor& other) {
    const auto a = plain.to(at::kDouble), b = other.to(at::kDouble);
    const auto known = at::isfinite(a);
    if (!known.equal(at::isfinite(b))) odd = true;
    const auto as = at::where(known, a, 0), gap = at::where(known, b - a, 0);
    if (as.numel() == 0) return;
    peak = std::max(peak, as.abs().max().item<double>());
    largest = std::max(largest, gap.abs().max().item<double>());
    signal += as.square().sum().item<double>();
    noise_energy += gap.square().sum().item<double>();
  }

  EngineOptions options;
  Method method;
  std::array<Side, 2> both;
  at::Generator noises = at::detail::createCPUGenerator(1);
  int64_t blocks = 0;
  double peak = 0, largest = 0, signal = 0, noise_energy = 0;
  bool odd = false;  // one gave a number where the other gave none
};

Comparison::Comparison(const std::shared_ptr<const Model>& plain,
                       const std::shared_ptr<const Model>& other, const EngineOptions& options) {
  const auto loaded = [](const auto& model) {
    return std::dynamic_pointer_cast<const LoadedModel>(model);
  };
  alone([&] {
    for (const auto& model : {plain, other}) {  // refuses wrong methods and blocks, and waits not
      const auto engine = ModelEngine::make(model, options);
      if (const auto remark = engine->remarks(); !remark.empty()) throw Error(remark);
    }
    const c10::InferenceMode inference;
    sides_ = std::make_unique<Sides>(loaded(plain), loaded(other), options);
    const FlushDenormals flush;
    for (int i = 0; i < kUntimed; ++i) sides_->block(false);
  });
}

Comparison::~Comparison() = default;

void Comparison::run(int blocks) {
  alone([&] {
    const c10::InferenceMode inference;
    const FlushDenormals flush;
    for (int i = 0; i < blocks; ++i) sides_->block(true);
  });
}

const std::vector<double>& Comparison::plain() const noexcept { return sides_->both[0].seconds; }
const std::vector<double>& Comparison::other() const noexcept { return sides_->both[1].seconds; }

double Comparison::error() const noexcept {
  if (sides_->odd) return std::numeric_limits<double>::infinity();
  if (sides_->largest == 0) return 0;
  return sides_->largest / sides_->peak;  // infinite where `plain` is silent
}

double Comparison::snr() const noexcept {
  if (sides_->odd) return -std::numeric_limits<double>::infinity();
  if (sides_->noise_energy == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(sides_->signal / sides_->noise_energy);
}

}  // namespace nn
