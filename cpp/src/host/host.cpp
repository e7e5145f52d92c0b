#include "nn/host.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "nn/error.h"

namespace nn {

template <typename Sample>
Host<Sample>::Host(const HostOptions& options)
    : options_(options),
      inputs_(std::max(options.inputs, 0)),
      outputs_(std::max(options.outputs, 0)),
      width_(options.batch),
      player_(std::make_unique<Player<Sample>>(inputs_, outputs_, width_)) {}

template <typename Sample>
Host<Sample>::Host(const std::filesystem::path& path, const HostOptions& options)
    : options_(options), width_(options.batch) {
  Candidate candidate = prepare(path, options);
  if (options.inputs != kWidest) options_.inputs = candidate.engine->options().inputs;
  if (options.outputs != kWidest) options_.outputs = candidate.engine->options().outputs;
  inputs_ = candidate.engine->options().inputs;
  outputs_ = candidate.engine->options().outputs;
  player_ = std::make_unique<Player<Sample>>(inputs_, outputs_, width_);
  take_over(std::move(candidate), false);
}

// A stream of the model, for the audio host as it is now.
template <typename Sample>
std::unique_ptr<Stream> Host<Sample>::stream(const Candidate& candidate) const {
  const EngineOptions& engine = candidate.engine->options();
  StreamConfig config;
  config.timing = {engine.block, options_.vector, options_.vector_varies,
                   options_.threaded && candidate.options.block != 0, candidate.options.burst};
  config.inputs = engine.inputs * engine.batch;
  config.outputs = engine.outputs * engine.batch;
  config.sample_rate = options_.sample_rate;
  config.late = options_.late;
  config.tight = candidate.tight;
  config.cost = candidate.cost;
  config.offline = options_.offline;
  config.pool = torch_pool();
  return std::make_unique<Stream>(candidate.engine, config);
}

// Throws before anything has changed.
template <typename Sample>
void Host<Sample>::take_over(Candidate candidate, bool keep) {
  const EngineOptions& engine = candidate.engine->options();
  const bool grows_in = options_.inputs == kWidest, grows_out = options_.outputs == kWidest;
  if ((engine.inputs > inputs_ && !grows_in) || (engine.outputs > outputs_ && !grows_out) ||
      engine.batch > width_)
    throw Error("The model was prepared for other channels.");
  auto fresh = stream(candidate);
  if (grows_in || grows_out) {
    const int inputs = std::max(inputs_, engine.inputs),
              outputs = std::max(outputs_, engine.outputs);
    player_->grow(inputs, outputs, width_);
    inputs_ = inputs;
    outputs_ = outputs;
  }

  while (stream_) {  // its last words
    auto text = stream_->next_message();
    if (!text) break;
    said_.push_back(std::move(*text));
  }
  options_.method = engine.method;
  options_.batch = engine.batch;
  // A block that was raised for a model stays, as patches know it.
  options_.block = candidate.options.block > 0 ? engine.block : candidate.options.block;
  options_.tight = candidate.options.tight;
  options_.burst = candidate.options.burst;
  options_.device = candidate.options.device;
  options_.accelerate = candidate.options.accelerate;
  options_.precision = candidate.options.precision;
  options_.threads = candidate.options.threads;
  playing_ = std::move(candidate);
  playing_.options.block = options_.block;
  stream_ = fresh.get();
  // What was changed while the model was loading.
  if (engine.sample_rate != options_.sample_rate)
    post([engine = playing_.engine.get(), rate = options_.sample_rate] {
      engine->set_sample_rate(rate);
    });
  if (!keep) was_set_.clear();
  for (const auto& entry : was_set_.standing()) apply(entry);
  player_->play(std::move(fresh), engine.batch);
}

template <typename Sample>
void Host<Sample>::adopt(Candidate candidate, bool keep) {
  const std::lock_guard lock(control_);
  take_over(std::move(candidate), keep);
}

template <typename Sample>
void Host<Sample>::load(const std::filesystem::path& path, const std::string& method) {
  int64_t number;
  HostOptions options;
  {
    const std::lock_guard lock(control_);
    number = ++loads_asked_;
    options = options_;
  }
  options.method = method;
  Candidate candidate = prepare(path, options);  // the long part, outside the lock
  const std::lock_guard lock(control_);
  if (number < load_adopted_) return;  // a later request was quicker
  load_adopted_ = number;
  take_over(std::move(candidate), false);
}

template <typename Sample>
void Host<Sample>::remake(const std::function<void(HostOptions&)>& change) {
  const std::lock_guard one(remaking_);  // so that two changes add up
  for (;;) {
    if (plan(change)) return;  // for the model to come
    HostOptions last;
    std::shared_ptr<ModelEngine> engine;
    {
      const std::lock_guard lock(control_);
      last = options_;
      engine = playing_.engine;
    }
    HostOptions options = last;
    change(options);
    Candidate candidate = prepare_again(engine->share_model(), last, options);  // the long part
    const std::lock_guard lock(control_);
    // Another model has been loaded meanwhile, or a method: that one is to change, too.
    if (engine != playing_.engine || last.method != options_.method) continue;
    return take_over(std::move(candidate), true);
  }
}

template <typename Sample>
void Host<Sample>::reload() {
  const auto again = model();
  if (!again) throw Error("No model is loaded.");
  load(again->path(), method());
}

template <typename Sample>
bool Host<Sample>::set_vector(int vector, double patience) {
  const std::lock_guard lock(control_);
  if (vector == options_.vector) return true;
  if (stream_) {
    stream_->discard();  // blocks that wait, but not the one that is computed
    if (!stream_->wait_idle(patience)) return false;
  }
  options_.vector = vector;
  if (!stream_) return true;
  auto fresh = stream(playing_);
  stream_ = fresh.get();
  player_->restart(std::move(fresh), options_.batch);
  return true;
}

template <typename Sample>
void Host<Sample>::widen(int batch) {
  const std::lock_guard lock(control_);
  width_ = std::max(width_, batch);
  player_->grow(inputs_, outputs_, width_);
}

template <typename Sample>
HostOptions Host<Sample>::options() const {
  const std::lock_guard lock(control_);
  return options_;
}

template <typename Sample>
ModelEngine& Host<Sample>::engine() const {
  if (!playing_.engine) throw Error("No model is loaded.");
  return *playing_.engine;
}

// The command holds the engine, so it may outlive a change of model.
template <typename Sample>
void Host<Sample>::post(std::function<void()> command, bool declick) {
  stream_->post([engine = playing_.engine, run = std::move(command)] { run(); }, declick);
}

template <typename Sample>
void Host<Sample>::set_method(const std::string& name) {
  int64_t number;
  const auto engine = [&] {
    const std::lock_guard lock(control_);
    number = ++methods_asked_;
    this->engine();
    return playing_.engine;
  }();
  const auto prepared = engine->prepare_method(name);
  const std::lock_guard lock(control_);
  // Another model has been loaded meanwhile, or a later request was quicker.
  if (engine != playing_.engine || number < method_adopted_) return;
  method_adopted_ = number;
  options_.method = name;
  post(prepared.change, true);
  if (const auto& remark = prepared.remark; !remark.empty())
    post([remark] { throw Error(remark); });  // becomes a message
}

template <typename Sample>
bool Host<Sample>::plan(const std::function<void(HostOptions&)>& change) {
  const std::lock_guard lock(control_);
  if (!playing_.engine) change(options_);
  return !playing_.engine;
}

template <typename Sample>
void Host<Sample>::set_sample_rate(double sample_rate) {
  check_sample_rate(sample_rate);
  const std::lock_guard lock(control_);
  options_.sample_rate = sample_rate;
  if (!stream_) return;
  stream_->set_sample_rate(sample_rate);
  post([engine = &engine(), sample_rate] { engine->set_sample_rate(sample_rate); });
}

template <typename Sample>
void Host<Sample>::reset() {
  const std::lock_guard lock(control_);
  was_set_.clear();
  post([engine = &engine()] { engine->reset(); }, true);
}

template <typename Sample>
void Host<Sample>::enable(bool on) {
  const std::lock_guard lock(control_);
  player_->enable(on);
}

template <typename Sample>
void Host<Sample>::set_late(Late late) {
  const std::lock_guard lock(control_);
  options_.late = late;
  player_->set_late(late);
}

template <typename Sample>
void Host<Sample>::set_offline(bool offline) {
  const std::lock_guard lock(control_);
  options_.offline = offline;
  player_->set_offline(offline);
}

template <typename Sample>
std::shared_ptr<const Model> Host<Sample>::model() const {
  const std::lock_guard lock(control_);
  return playing_.engine ? playing_.engine->share_model() : nullptr;
}

template <typename Sample>
std::string Host<Sample>::method() const {
  const std::lock_guard lock(control_);
  return options_.method;
}

template <typename Sample>
int Host<Sample>::block() const {
  const std::lock_guard lock(control_);
  return engine().options().block;
}

template <typename Sample>
int64_t Host<Sample>::latency() const {
  const std::lock_guard lock(control_);
  return engine().model().contract().method(options_.method)->delay + stream_->latency();
}

template <typename Sample>
std::string Host<Sample>::remarks() const {
  const std::lock_guard lock(control_);
  std::string all = engine().remarks();
  const auto add = [&all](const std::string& remark) {
    if (!remark.empty()) all += (all.empty() ? "" : "\n") + remark;
  };
  for (const auto& remark : engine().model().contract().remarks) add(remark);
  add(engine().model().remark());
  add(acceleration_defaults().remark);
  return all;
}

template <typename Sample>
Stats Host<Sample>::stats(bool reset) {
  const std::lock_guard lock(control_);
  return stream_ ? stream_->stats(reset) : Stats{};
}

template <typename Sample>
std::optional<std::string> Host<Sample>::next_message() {
  const std::lock_guard lock(control_);
  player_->collect();
  if (!said_.empty()) {
    auto text = std::move(said_.front());
    said_.pop_front();
    return text;
  }
  return stream_ ? stream_->next_message() : std::nullopt;
}

template <typename Sample>
bool Host<Sample>::wait_idle(double seconds) {
  const std::lock_guard lock(control_);
  return !stream_ || stream_->wait_idle(seconds);
}

template <typename Sample>
void Host<Sample>::settle() {
  const std::lock_guard lock(control_);
  player_->collect();
  // Nobody else applies what was asked for while no audio runs.
  if (stream_ && !stream_->playing()) stream_->flush();
}

template <typename Sample>
bool Host<Sample>::settled() const {
  const std::lock_guard lock(control_);
  return player_->settled();
}

template class Host<float>;
template class Host<double>;

}  // namespace nn
