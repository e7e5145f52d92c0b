#include "nn/host.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

#include "nn/error.h"

namespace nn {

template <typename Sample>
Host<Sample>::Host(const std::filesystem::path& path, const HostOptions& options)
    : options_(options), inputs_(options.inputs), outputs_(options.outputs) {
  Voice voice = make(path, options.method, options);
  inputs_ = voice.engine->options().inputs;
  outputs_ = voice.engine->options().outputs;
  player_ = std::make_unique<Player<Sample>>(inputs(), outputs());
  adopt(std::move(voice), options.method);
}

template <typename Sample>
auto Host<Sample>::make(const std::filesystem::path& path, const std::string& method,
                        const HostOptions& options) const -> Voice {
  const auto model = Model::load(path, {options.device});
  const auto ratios = model->contract().ratios();
  const int standard = model->contract().metadata.block.value_or(options.standard_block);
  const BlockSize size = block_size(options.block, ratios, standard);

  EngineOptions engine;
  engine.method = method;
  engine.block = size.block;
  engine.batch = options.batch;
  engine.inputs = inputs_;
  engine.outputs = outputs_;
  engine.sample_rate = options.sample_rate;
  engine.warm_up_limit = options.warm_up_limit;
  Voice voice{ModelEngine::make(model, engine), nullptr};

  StreamConfig stream;
  stream.timing = {size.block, options.vector, options.vector_varies,
                   options.threaded && size.threaded, options.burst};
  stream.inputs = voice.engine->options().inputs * options.batch;
  stream.outputs = voice.engine->options().outputs * options.batch;
  stream.sample_rate = options.sample_rate;
  stream.late = options.late;
  if (options.tight) {
    // The latency is fixed, so it must suit every method that may be switched to. What failed at
    // warm-up has no known cost, and gets the standard latency.
    double cost = voice.engine->cost();
    stream.tight = voice.engine->remarks().empty();
    for (const Method& other : model->contract().methods) {
      if (!stream.tight || other.name == method) continue;
      try {
        const auto prepared = voice.engine->prepare_method(other.name);
        stream.tight = prepared.remark.empty();
        cost = std::max(cost, prepared.cost);
      } catch (const Error&) {
        stream.tight = false;
      }
    }
    constexpr double margin = 1.5;  // a warm-up run is shorter than the worst that follows
    stream.cost = cost * margin;
  }
  stream.offline = options.offline;
  stream.pool = torch_pool();
  voice.stream = std::make_unique<Stream>(voice.engine, stream);
  return voice;
}

template <typename Sample>
void Host<Sample>::adopt(Voice voice, const std::string& method) {
  // What was changed while the model was loading.
  if (voice.engine->options().sample_rate != options_.sample_rate) {
    voice.stream->set_sample_rate(options_.sample_rate);
    voice.stream->post(
        [engine = voice.engine, rate = options_.sample_rate] { engine->set_sample_rate(rate); });
  }
  engine_ = std::move(voice.engine);
  method_ = method;
  stream_ = voice.stream.get();
  player_->play(std::move(voice.stream));
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
  Voice voice = make(path, method, options);  // the long part, outside the lock
  const std::lock_guard lock(control_);
  if (number < load_adopted_) return;  // a later request was quicker
  load_adopted_ = number;
  adopt(std::move(voice), method);
}

// The command holds the engine, so it may outlive a change of model.
template <typename Sample>
void Host<Sample>::post(std::function<void()> command, bool declick) {
  stream_->post([engine = engine_, run = std::move(command)] { run(); }, declick);
}

template <typename Sample>
void Host<Sample>::set_method(const std::string& name) {
  int64_t number;
  const auto engine = [&] {
    const std::lock_guard lock(control_);
    number = ++methods_asked_;
    return engine_;
  }();
  const auto prepared = engine->prepare_method(name);
  const std::lock_guard lock(control_);
  // Another model has been loaded meanwhile, or a later request was quicker.
  if (engine != engine_ || number < method_adopted_) return;
  method_adopted_ = number;
  method_ = name;
  post(prepared.change, true);
  if (const auto& remark = prepared.remark; !remark.empty())
    post([remark] { throw Error(remark); });  // becomes a message
}

template <typename Sample>
void Host<Sample>::set(const std::string& attribute, Values values) {
  const std::lock_guard lock(control_);
  engine_->attribute(attribute);  // throws when there is none
  const Attribute& known = *engine_->model().contract().attribute(attribute);
  if (!known.writable) throw Error("Attribute '" + attribute + "' cannot be set.");
  if (values.size() != known.types.size())
    throw Error("Attribute '" + attribute + "' takes " + std::to_string(known.types.size()) +
                (known.types.size() == 1 ? " value" : " values") + ", not " +
                std::to_string(values.size()) + ".");
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = as_type(values[i], known.types[i], attribute);
  post([engine = engine_.get(), attribute, values = std::move(values)] {
    engine->set_attribute(attribute, values);
  });
}

template <typename Sample>
Values Host<Sample>::get(const std::string& attribute, bool now) {
  std::shared_ptr<ModelEngine> engine;
  std::future<void> read;
  {
    const std::lock_guard lock(control_);
    engine = engine_;
    engine->attribute(attribute);
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
  post([engine = engine_.get(), key, value = std::move(value)] { engine->set_buffer(key, value); });
}

template <typename Sample>
void Host<Sample>::clear_buffer(const std::string& key) {
  const std::lock_guard lock(control_);
  post([engine = engine_.get(), key] { engine->clear_buffer(key); });
}

template <typename Sample>
void Host<Sample>::set_sample_rate(double sample_rate) {
  check_sample_rate(sample_rate);
  const std::lock_guard lock(control_);
  options_.sample_rate = sample_rate;
  stream_->set_sample_rate(sample_rate);
  post([engine = engine_.get(), sample_rate] { engine->set_sample_rate(sample_rate); });
}

template <typename Sample>
void Host<Sample>::reset() {
  const std::lock_guard lock(control_);
  post([engine = engine_.get()] { engine->reset(); }, true);
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
  return {engine_, &engine_->model()};
}

template <typename Sample>
std::string Host<Sample>::method() const {
  const std::lock_guard lock(control_);
  return method_;
}

template <typename Sample>
int Host<Sample>::block() const {
  const std::lock_guard lock(control_);
  return engine_->options().block;
}

template <typename Sample>
int64_t Host<Sample>::latency() const {
  const std::lock_guard lock(control_);
  return stream_->latency() + engine_->model().contract().method(method_)->delay;
}

template <typename Sample>
std::string Host<Sample>::remarks() const {
  const std::lock_guard lock(control_);
  std::string all = engine_->remarks();
  for (const auto& remark : engine_->model().contract().remarks)
    all += (all.empty() ? "" : "\n") + remark;
  return all;
}

template <typename Sample>
Stats Host<Sample>::stats(bool reset) {
  const std::lock_guard lock(control_);
  return stream_->stats(reset);
}

template <typename Sample>
std::optional<std::string> Host<Sample>::next_message() {
  const std::lock_guard lock(control_);
  player_->collect();
  return stream_->next_message();
}

template <typename Sample>
void Host<Sample>::settle() {
  const std::lock_guard lock(control_);
  player_->collect();
}

template class Host<float>;
template class Host<double>;

}  // namespace nn
