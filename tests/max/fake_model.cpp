// Models, engines and a hub for ThreadSanitizer, which torch and curl are not compiled for: any
// file name but `broken` is a model. y[o] = gain · x[o mod inputs], in as many channels as the name
// ends with.
#include <atomic>
#include <cctype>
#include <mutex>

#include "nn/error.h"
#include "nn/hub.h"
#include "nn/model.h"
#include "nn/pool.h"

namespace nn {
namespace {

class FakeModel final : public Model {
 public:
  explicit FakeModel(const std::filesystem::path& path, const LoadOptions& options)
      : path_(path), options_(options) {
    const std::string name = path.stem().string();
    if (name == "broken") throw Error("This is no model.");
    const int channels = std::isdigit(name.back()) ? name.back() - '0' : 1;
    for (const char* method : {"forward", "other"}) {
      Method m;
      m.name = method;
      m.in_channels = m.out_channels = channels;
      contract_.methods.push_back(m);
    }
    contract_.attributes = {{"gain", {Type::real}}, {"buf", {Type::buffer}}};
    contract_.buffers = {"buf#0"};
  }
  const Contract& contract() const noexcept override { return contract_; }
  const std::filesystem::path& path() const noexcept override { return path_; }
  const std::string& device() const noexcept override { return options_.device; }
  bool accelerated() const noexcept override { return options_.accelerate; }
  Precision precision() const noexcept override { return options_.precision; }
  const std::string& remark() const noexcept override { return remark_; }

 private:
  std::filesystem::path path_;
  LoadOptions options_;
  Contract contract_;
  std::string remark_;
};

class FakeEngine final : public ModelEngine {
 public:
  FakeEngine(std::shared_ptr<const Model> model, const EngineOptions& options)
      : model_(std::move(model)), options_(options) {
    const Method& m = *model_->contract().method(options.method);
    if (options_.inputs < 0) options_.inputs = m.in_channels;
    if (options_.outputs < 0) options_.outputs = m.out_channels;
  }
  void run(const float* const* in, float* const* out) override {
    const int rows_in = options_.inputs * options_.batch;
    for (int o = 0; o < options_.outputs * options_.batch; ++o)
      for (int i = 0; i < options_.block; ++i)
        out[o][i] = o < rows_in ? static_cast<float>(gain_) * in[o][i] : 0.f;
  }
  const Model& model() const noexcept override { return *model_; }
  std::shared_ptr<const Model> share_model() const noexcept override { return model_; }
  const EngineOptions& options() const noexcept override { return options_; }
  std::string remarks() const override { return {}; }
  double cost() const override { return 1e-4; }
  Prepared prepare_method(const std::string& method) override {
    if (!model_->contract().method(method)) throw Error("There is no method '" + method + "'.");
    return {[] {}, {}, 1e-4};
  }
  void set_attribute(const std::string& name, const Values& values) override {
    if (name != "gain") return;
    gain_ = std::get<double>(values[0]);
    refresh(name);
  }
  void set_sample_rate(double) override {}
  void clear_buffer(const std::string&) override {}
  void set_buffer(const std::string&, const BufferValue& value) override {
    frames_ += value.frames;
  }
  void reset() override { gain_ = 1; }
  void refresh(const std::string&) override {
    const std::lock_guard lock(snapshot_lock_);
    snapshot_ = gain_;
  }
  Values attribute(const std::string& name) const override {
    if (!model_->contract().attribute(name)) throw Error("There is no attribute '" + name + "'.");
    const std::lock_guard lock(snapshot_lock_);
    return name == "gain" ? Values{snapshot_} : Values{std::string("a buffer")};
  }

 private:
  std::shared_ptr<const Model> model_;
  EngineOptions options_;
  double gain_ = 1, snapshot_ = 1;  // the first: whoever runs the engine
  int64_t frames_ = 0;
  mutable std::mutex snapshot_lock_;
};

}  // namespace

std::shared_ptr<const Model> Model::load(const std::filesystem::path& path,
                                         const LoadOptions& options) {
  return std::make_shared<FakeModel>(path, options);
}

std::shared_ptr<ModelEngine> ModelEngine::make(std::shared_ptr<const Model> model,
                                               const EngineOptions& options) {
  return std::make_shared<FakeEngine>(std::move(model), options);
}

const std::shared_ptr<Pool>& torch_pool() { return Pool::shared(); }

std::string default_hub_root() { return {}; }
std::vector<ModelCard> list_models(const HubConfig&, const HubControl&) {
  return {{"ircam", "rave", "isis", {}}};
}
DownloadResult download_model(const HubConfig&, std::string_view, const std::filesystem::path&,
                              const DownloadOptions&) {
  throw Error("There is no network.");
}
std::filesystem::path remove_model(const std::filesystem::path&, std::string_view) {
  throw Error("There is nothing to delete.");
}
ModelCard parse_card(std::string_view) { return {}; }
std::string model_file_name(std::string_view name) { return std::string(name); }

}  // namespace nn
