#include "nn/host.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

#include "nn/error.h"

namespace nn {

template <typename Sample>
Host<Sample>::Host(const HostOptions& options)
    : options_(options),
      inputs_(std::max(options.inputs, 0)),
      outputs_(std::max(options.outputs, 0)),
      player_(std::make_unique<Player<Sample>>(inputs(), outputs())) {}

template <typename Sample>
Host<Sample>::Host(const std::filesystem::path& path, const HostOptions& options)
    : options_(options) {
  Candidate candidate = prepare(path, options);
  if (options.inputs != kWidest) options_.inputs = candidate.engine->options().inputs;
  if (options.outputs != kWidest) options_.outputs = candidate.engine->options().outputs;
  inputs_ = candidate.engine->options().inputs;
  outputs_ = candidate.engine->options().outputs;
  player_ = std::make_unique<Player<Sample>>(inputs(), outputs());
  take_over(std::move(candidate), false);
}

// A stream of the model that plays, for the audio host as it is now.
template <typename Sample>
std::unique_ptr<Stream> Host<Sample>::stream() const {
  const EngineOptions& engine = playing_.engine->options();
  StreamConfig config;
  config.timing = {engine.block, options_.vector, options_.vector_varies,
                   options_.threaded && options_.block != 0, options_.burst};
  config.inputs = engine.inputs * options_.batch;
  config.outputs = engine.outputs * options_.batch;
  config.sample_rate = options_.sample_rate;
  config.late = options_.late;
  config.tight = playing_.tight;
  config.cost = playing_.cost;
  config.offline = options_.offline;
  config.pool = torch_pool();
  return std::make_unique<Stream>(playing_.engine, config);
}

template <typename Sample>
void Host<Sample>::take_over(Candidate candidate, bool keep) {
  const EngineOptions& engine = candidate.engine->options();
  if (options_.inputs == kWidest) inputs_ = std::max(inputs_, engine.inputs);
  if (options_.outputs == kWidest) outputs_ = std::max(outputs_, engine.outputs);
  if (engine.inputs > inputs_ || engine.outputs > outputs_ || engine.batch != options_.batch)
    throw Error("The model was prepared for other channels.");
  if (options_.inputs == kWidest || options_.outputs == kWidest) player_->grow(inputs(), outputs());

  options_.method = engine.method;
  options_.block = candidate.options.block;
  options_.tight = candidate.options.tight;
  options_.device = candidate.options.device;
  playing_ = std::move(candidate);
  auto fresh = stream();
  stream_ = fresh.get();
  // What was changed while the model was loading.
  if (engine.sample_rate != options_.sample_rate)
    post([engine = playing_.engine.get(), rate = options_.sample_rate] {
      engine->set_sample_rate(rate);
    });
  if (!keep) was_set_.clear();
  for (const auto& [attribute, values] : was_set_)
    post([engine = playing_.engine.get(), attribute = attribute, values = values] {
      engine->set_attribute(attribute, values);
    });
  player_->play(std::move(fresh));
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
void Host<Sample>::reload() {
  const auto again = model();
  if (!again) throw Error("No model is loaded.");
  load(again->path(), method());
}

template <typename Sample>
bool Host<Sample>::set_vector(int vector) {
  const std::lock_guard lock(control_);
  if (vector == options_.vector) return true;
  if (stream_ && !stream_->wait_idle(1)) return false;
  options_.vector = vector;
  if (!stream_) return true;
  auto fresh = stream();
  stream_ = fresh.get();
  player_->restart(std::move(fresh));
  return true;
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
    if (!playing_.engine) options_.method = name;
    return playing_.engine;
  }();
  if (!engine) return;
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
void Host<Sample>::set(const std::string& attribute, Values values) {
  const std::lock_guard lock(control_);
  engine().attribute(attribute);  // throws when there is none
  const Attribute& known = *engine().model().contract().attribute(attribute);
  if (!known.writable) throw Error("Attribute '" + attribute + "' cannot be set.");
  if (values.size() != known.types.size())
    throw Error("Attribute '" + attribute + "' takes " + std::to_string(known.types.size()) +
                (known.types.size() == 1 ? " value" : " values") + ", not " +
                std::to_string(values.size()) + ".");
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = as_type(values[i], known.types[i], attribute);
  std::erase_if(was_set_, [&](const auto& earlier) { return earlier.first == attribute; });
  was_set_.emplace_back(attribute, values);
  post([engine = &engine(), attribute, values = std::move(values)] {
    engine->set_attribute(attribute, values);
  });
}

template <typename Sample>
Values Host<Sample>::get(const std::string& attribute, bool now) {
  std::shared_ptr<ModelEngine> engine;
  std::future<void> read;
  {
    const std::lock_guard lock(control_);
    this->engine().attribute(attribute);
    engine = playing_.engine;
    if (!engine->model().contract().attribute(attribute)->readable)
      throw Error("Attribute '" + attribute + "' cannot be read.");
    if (now) {
      auto done = std::make_shared<std::promise<void>>();
      read = done->get_future();
      post([engine = engine.get(), attribute, done] {
        try {
          engine->refresh(attribute);
          done->set_value();
        } catch (...) {
          done->set_exception(std::current_exception());
        }
      });
      // Nobody else would while no audio runs; while it does, the next block applies it.
      if (!options_.live || !stream_->playing()) stream_->flush();
    }
  }
  try {
    if (now && read.wait_for(std::chrono::seconds(1)) == std::future_status::ready) read.get();
  } catch (const std::future_error&) {
    // Another model was loaded before the command had its turn.
  }
  return engine->attribute(attribute);
}

template <typename Sample>
void Host<Sample>::set_buffer(const std::string& key, BufferValue value) {
  const std::lock_guard lock(control_);
  const auto hash = key.rfind('#');
  for (auto& [attribute, values] : was_set_)
    for (size_t i = 0; i < values.size(); ++i)
      if (key.substr(0, hash) == attribute && key.substr(hash + 1) == std::to_string(i))
        values[i] = value;
  post([engine = &engine(), key, value = std::move(value)] { engine->set_buffer(key, value); });
}

template <typename Sample>
void Host<Sample>::clear_buffer(const std::string& key) {
  const std::lock_guard lock(control_);
  std::erase_if(was_set_, [name = key.substr(0, key.rfind('#'))](const auto& earlier) {
    return earlier.first == name;
  });
  post([engine = &engine(), key] { engine->clear_buffer(key); });
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
  if (!playing_.engine) return nullptr;
  return {playing_.engine, &playing_.engine->model()};
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
  for (const auto& remark : engine().model().contract().remarks)
    all += (all.empty() ? "" : "\n") + remark;
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
  return stream_ ? stream_->next_message() : std::nullopt;
}

template <typename Sample>
void Host<Sample>::settle() {
  const std::lock_guard lock(control_);
  player_->collect();
}

template class Host<float>;
template class Host<double>;

}  // namespace nn
