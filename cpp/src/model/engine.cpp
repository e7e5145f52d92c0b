#include <torch/script.h>

#include <atomic>
#include <map>

#include "../accel/pair.h"
#include "../rt/denormals.h"
#include "frames.h"
#include "ivalues.h"
#include "limited.h"
#include "loaded.h"
#include "nn/error.h"
#include "nn/stream.h"
#include "read_contract.h"
#include "sentence.h"
#include "snapshot.h"
#include "warm_up.h"

namespace nn {
namespace {

class TorchEngine final : public ModelEngine {
 public:
  // Runs the model's own code: see limited().
  TorchEngine(std::shared_ptr<const LoadedModel> model, const EngineOptions& options, Stage& stage)
      : model_(std::move(model)), options_(options), module_(model_->instance()) {
    const Method& method = known_method(options_.method);
    if (options_.inputs < 0) options_.inputs = method.in_channels;
    if (options_.outputs < 0) options_.outputs = method.out_channels;
    warmed_ = warm_up(*model_, method, options_, stage);
    stage.set("The model's set_sample_rate");
    try {
      if (options_.sample_rate) set_sample_rate(*options_.sample_rate);
    } catch (const Error& e) {
      warmed_.remark += (warmed_.remark.empty() ? "" : "\n") + std::string(e.what());
    }
    stage.set("A getter of the model");
    for (const auto& attribute : contract().attributes) snapshots_[attribute.name];
    refresh_all();
    function_ = module_.get_method(method.name);
    input_ = std::make_unique<InputFrames>(method, options_);
    current_ = &method;
    if (options_.threads > 1 && model_->accelerated())
      pair_ = std::make_unique<accel::Pair>([] { thread_local const FlushDenormals flush; });
  }

  const Model& model() const noexcept override { return *model_; }
  std::shared_ptr<const Model> share_model() const noexcept override { return model_; }
  const EngineOptions& options() const noexcept override { return options_; }
  double cost() const override { return warmed_.cost; }
  std::string remarks() const override { return warmed_.remark; }

  void run(const float* const* in, float* const* out) override {
    const c10::InferenceMode inference;
    const accel::Pair::Block shared(pair_.get());
    const Method& method = *current_.load();
    at::Tensor result;
    try {
      result = checked_output((*function_)({input_->gather(in).to(model_->torch_device())}), method,
                              options_);
    } catch (const std::exception& e) {
      throw Error("Method '" + method.name + "' failed: " + sentence(e) + ".");
    }
    scatter(result.data_ptr<float>(), method, options_, out);
  }

  Prepared prepare_method(const std::string& name) override {
    const Method& method = known_method(name);
    const WarmUp warmed =
        limited(options_.warm_up_limit, [model = model_, &method, options = options_](Stage& s) {
          return warm_up(*model, method, options, s);
        });
    auto input = std::make_shared<std::unique_ptr<InputFrames>>(
        std::make_unique<InputFrames>(method, options_));
    auto change = [this, input, &method] {
      function_ = module_.get_method(method.name);
      input_ = std::move(*input);
      current_ = &method;
    };
    return {std::move(change), warmed.remark, warmed.cost};
  }

  void set_attribute(const std::string& name, const Values& values) override {
    const c10::InferenceMode inference;
    const Attribute& attribute = known_attribute(name);
    if (!attribute.writable) throw Error("Attribute '" + name + "' cannot be set.");
    if (values.size() != attribute.types.size())
      throw Error("Attribute '" + name + "' takes " + std::to_string(attribute.types.size()) +
                  (attribute.types.size() == 1 ? " value" : " values") + ", not " +
                  std::to_string(values.size()) + ".");
    Values typed;
    for (size_t i = 0; i < values.size(); ++i)
      typed.push_back(as_type(values[i], attribute.types[i], name));
    std::vector<c10::IValue> arguments;
    for (size_t i = 0; i < typed.size(); ++i) {
      if (attribute.types[i] != Type::buffer) {
        arguments.push_back(to_ivalue(typed[i], model_->torch_device()));
        continue;
      }
      const std::string key = name + "#" + std::to_string(i);
      const auto& buffer = std::get<BufferValue>(typed[i]);
      if (buffer.channels > 0) set_buffer(key, buffer);  // else it keeps what it has
      arguments.emplace_back(key);
    }
    call("set_" + name, std::move(arguments), "The model refused these values for '" + name + "'.");
    if (attribute.readable) refresh(name);
  }

  void set_buffer(const std::string& key, const BufferValue& value) override {
    const c10::InferenceMode inference;
    require("set_buffer_attribute", "This model has no audio buffers.");
    call("set_buffer_attribute",
         {key, to_ivalue(value, model_->torch_device()), int64_t{value.sample_rate}},
         "The model refused the buffer for '" + key + "' (" + std::to_string(value.frames) +
             " frames).");
  }

  void clear_buffer(const std::string& key) override {
    const c10::InferenceMode inference;
    require("clear_buffer_attribute", "This model has no audio buffers.");
    call("clear_buffer_attribute", {key}, "The model has no buffer '" + key + "'.");
    const auto name = key.substr(0, key.find('#'));
    if (const Attribute* attribute = contract().attribute(name); attribute && attribute->readable)
      refresh(name);
  }

  void set_sample_rate(double sample_rate) override {
    const c10::InferenceMode inference;
    sample_rate_ = sample_rate;
    if (!contract().takes_sample_rate) return;
    call("set_sample_rate", {rate_argument(module_, sample_rate)},
         "The model refused the sample rate.");
  }

  void reset() override {
    module_ = model_->instance();
    function_ = module_.get_method(current_.load()->name);
    if (sample_rate_) set_sample_rate(*sample_rate_);
    refresh_all();
  }

  void refresh(const std::string& name) override {
    const c10::InferenceMode inference;
    const Attribute& attribute = known_attribute(name);
    if (!attribute.readable) throw Error("Attribute '" + name + "' cannot be read.");
    try {
      snapshots_.at(name).leave(to_values(module_.run_method("get_" + name)));
    } catch (const Error&) {
      throw;
    } catch (const std::exception& e) {
      throw Error("Attribute '" + name + "' cannot be read: " + sentence(e) + ".");
    }
  }

  Values attribute(const std::string& name) const override {
    known_attribute(name);
    return snapshots_.at(name).read();
  }

 private:
  const Contract& contract() const noexcept { return model_->contract(); }

  const Method& known_method(const std::string& name) const {
    if (const Method* method = contract().method(name)) return *method;
    std::string all;
    for (const auto& method : contract().methods) all += (all.empty() ? "" : ", ") + method.name;
    throw Error("The model has no method '" + name + "'; it has " + all + ".");
  }
  const Attribute& known_attribute(const std::string& name) const {
    if (const Attribute* attribute = contract().attribute(name)) return *attribute;
    std::string all;
    for (const auto& attribute : contract().attributes)
      all += (all.empty() ? "" : ", ") + attribute.name;
    throw Error("The model has no attribute '" + name + "'; it has " +
                (all.empty() ? "none" : all) + ".");
  }
  void require(const char* function, const char* otherwise) const {
    if (!has_scripted(module_, function)) throw Error(otherwise);
  }

  void call(const std::string& function, std::vector<c10::IValue> arguments,
            const std::string& refusal) {
    c10::IValue answer;
    try {
      answer = module_.get_method(function)(std::move(arguments));
    } catch (const std::exception& e) {
      throw Error("The model's " + function + " failed: " + sentence(e) + ".");
    }
    if (answer.isInt() && answer.toInt() != 0) throw Error(refusal);
  }

  void refresh_all() {
    for (const auto& attribute : contract().attributes) {
      if (!attribute.readable) continue;
      try {
        refresh(attribute.name);
      } catch (const Error&) {
        // Some cannot be read before they are set.
      }
    }
  }

  std::shared_ptr<const LoadedModel> model_;
  EngineOptions options_;  // never changes once constructed
  WarmUp warmed_;
  std::atomic<const Method*> current_{nullptr};

  // The engine thread's own.
  torch::jit::Module module_;
  std::optional<torch::jit::Method> function_;
  std::unique_ptr<InputFrames> input_;
  std::unique_ptr<accel::Pair> pair_;  // null: alone
  std::optional<double> sample_rate_;

  mutable std::map<std::string, Snapshot> snapshots_;  // keys fixed at construction
};

}  // namespace

std::shared_ptr<ModelEngine> ModelEngine::make(std::shared_ptr<const Model> model,
                                               const EngineOptions& options) {
  auto loaded = std::dynamic_pointer_cast<const LoadedModel>(std::move(model));
  if (!loaded) throw Error("No model is loaded.");
  if (options.sample_rate) check_sample_rate(*options.sample_rate);
  if (options.batch < 1 || options.batch > 1024)
    throw Error("A batch has 1 to 1024 examples, not " + std::to_string(options.batch) + ".");
  for (const int ratio : loaded->contract().ratios())
    if (options.block < 1 || options.block % ratio != 0)
      throw Error("A block of " + std::to_string(options.block) +
                  " samples is not a multiple of the model's ratio " + std::to_string(ratio) + ".");
  return limited(options.warm_up_limit, [loaded, options](Stage& stage) {
    return std::make_shared<TorchEngine>(loaded, options, stage);
  });
}

}  // namespace nn
