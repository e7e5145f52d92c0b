#include <algorithm>

#include "nn/error.h"
#include "nn/host.h"

namespace nn {
namespace {

int widest(const Contract& contract, int Method::*channels) {
  int most = 0;
  for (const Method& method : contract.methods) most = std::max(most, method.*channels);
  return most;
}

// The latency is fixed, so it must suit every method that may be switched to. What failed at
// warm-up has no known cost, and gets the standard latency.
void measure(Candidate& candidate) {
  ModelEngine& engine = *candidate.engine;
  candidate.cost = engine.cost();
  candidate.tight = engine.remarks().empty();
  for (const Method& other : engine.model().contract().methods) {
    if (!candidate.tight || other.name == candidate.options.method) continue;
    try {
      const auto prepared = engine.prepare_method(other.name);
      candidate.tight = prepared.remark.empty();
      candidate.cost = std::max(candidate.cost, prepared.cost);
    } catch (const Error&) {
      candidate.tight = false;
    }
  }
  constexpr double margin = 1.5;  // a warm-up run is shorter than the worst that follows
  candidate.cost *= margin;
}

}  // namespace

LoadOptions load_options(const HostOptions& options) {
  LoadOptions load;
  load.device = options.device;
  load.accelerate = options.accelerate;
  load.precision = options.precision;
  load.trial_limit = options.warm_up_limit;
  return load;
}

Candidate prepare(const std::filesystem::path& path, const HostOptions& options) {
  return prepare(Model::load(path, load_options(options)), options);
}

Candidate prepare_again(const std::shared_ptr<const Model>& model, const HostOptions& last,
                        const HostOptions& options) {
  const bool same = options.device == last.device && options.accelerate == last.accelerate &&
                    (!options.accelerate || options.precision == last.precision);
  return same ? prepare(model, options) : prepare(model->path(), options);
}

Candidate prepare(const std::shared_ptr<const Model>& model, const HostOptions& options) {
  const Contract& contract = model->contract();
  const auto smallest = next_power_of_two(std::max(contract.highest_ratio(), options.vector));
  const int standard = contract.metadata.block.value_or(
      options.standard_block > 0 ? options.standard_block : static_cast<int>(smallest));

  EngineOptions engine;
  engine.method = options.method;
  engine.block = block_size(options.block, contract.ratios(), standard).block;
  engine.batch = options.batch;
  engine.inputs =
      options.inputs == kWidest ? widest(contract, &Method::in_channels) : options.inputs;
  engine.outputs =
      options.outputs == kWidest ? widest(contract, &Method::out_channels) : options.outputs;
  engine.sample_rate = options.sample_rate;
  engine.warm_up_limit = options.warm_up_limit;
  engine.threads = options.threads;

  Candidate candidate{ModelEngine::make(model, engine), options};
  if (options.tight) measure(candidate);
  return candidate;
}

}  // namespace nn
