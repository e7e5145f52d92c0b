// One file twice, plain and accelerated, to be played side by side.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>

#include "../accel/passes/rewrite.h"
#include "mutation.h"
#include "nn/model.h"
#include "script_models.h"

namespace scripts {

inline nn::LoadOptions loading(bool accelerate, nn::Precision precision = nn::Precision::exact) {
  nn::LoadOptions options;
  options.accelerate = accelerate;
  options.precision = precision;
  return options;
}

struct Side {
  std::shared_ptr<const nn::Model> model;
  std::shared_ptr<nn::ModelEngine> engine;
  Side(const std::filesystem::path& path, const nn::LoadOptions& options,
       const nn::EngineOptions& e)
      : model(nn::Model::load(path, options)), engine(nn::ModelEngine::make(model, e)) {}
  // One block of noise; empty when the model throws.
  std::vector<float> play(unsigned seed) {
    const auto& o = engine->options();
    const auto* method = &model->contract().methods.front();
    for (const auto& each : model->contract().methods)
      if (each.name == o.method) method = &each;
    std::minstd_rand random(seed + 1);
    std::vector<float> in(size_t(method->in_channels) * o.batch * o.block),
        out(size_t(method->out_channels) * o.batch * o.block);
    for (float& v : in) v = float(random()) / float(random.max()) * 2 - 1;
    std::vector<const float*> from;
    std::vector<float*> to;
    for (int i = 0; i < method->in_channels * o.batch; ++i)
      from.push_back(&in[size_t(i) * o.block]);
    for (int i = 0; i < method->out_channels * o.batch; ++i)
      to.push_back(&out[size_t(i) * o.block]);
    try {
      engine->run(from.data(), to.data());
    } catch (const std::exception&) {
      return {};
    }
    return out;
  }
};

inline nn::EngineOptions block(int samples, int batch = 1, const std::string& method = "forward") {
  nn::EngineOptions e;
  e.block = samples, e.batch = batch, e.method = method;
  return e;
}

struct Both {
  Side plain, fast;
  explicit Both(const std::filesystem::path& path, nn::EngineOptions e = block(64),
                nn::Precision precision = nn::Precision::exact)
      : plain(path, loading(false), e), fast(path, loading(true, precision), e) {}
  bool accelerated() const { return fast.model->accelerated(); }
  void set(const std::string& name, double value) {
    for (Side* side : {&plain, &fast}) side->engine->set_attribute(name, {value});
  }
  // Largest difference over the plain one's peak.
  double apart(int blocks = 20) {
    double most = 0, peak = 0;
    for (int i = 0; i < blocks; ++i) {
      torch::manual_seed(uint64_t(i));
      const auto a = plain.play(unsigned(i));
      torch::manual_seed(uint64_t(i));
      const auto b = fast.play(unsigned(i));
      if (a.size() != b.size()) return INFINITY;
      for (size_t n = 0; n < a.size(); ++n) {
        if (std::isfinite(a[n])) peak = std::max(peak, std::fabs(double(a[n])));
        const bool same = a[n] == b[n] || (std::isnan(a[n]) && std::isnan(b[n]));
        const double difference = same ? 0 : std::fabs(double(a[n]) - b[n]);
        most = std::isnan(difference) ? INFINITY : std::max(most, difference);
      }
    }
    return most == 0 ? 0 : most / std::max(peak, 1e-6);
  }
};

// What becomes of a file's layers, before anything is tried.
inline nn::accel::Rewritten rewritten(const std::filesystem::path& path) {
  auto module = torch::jit::load(path.string());
  const auto mutations = nn::find_mutations(module);
  return nn::accel::put_on_kernels(
      module, nn::Precision::exact, true,
      [&](const std::string& name) { return mutations.may_write(name); });
}

}  // namespace scripts
