// A loaded model file, shared by every object that plays it, and engines that run it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "nn/contract.h"
#include "nn/engine.h"
#include "nn/precision.h"

namespace nn {

// "cpu", "cuda", "cuda:1", "mps"; "gpu" takes cuda, then mps, then cpu.
struct LoadOptions {
  std::string device = "cpu";
  int64_t largest_file = int64_t{16} << 30;  // bytes, also unpacked
  double limit = 300;                        // seconds for loading and asking what it offers
  // Convolutions and products on packed kernels (CPU only), and how exactly those compute.
  bool accelerate = acceleration_defaults().accelerate;
  Precision precision = acceleration_defaults().precision;
  double trial_limit = 60;  // seconds for the comparison with the plain module
};

// Everything about the file that does not change. One copy of the weights per process and device.
class Model {
 public:
  // Control thread. Checks the archive (structure, CRC of every entry, sizes), loads it and reads
  // the contract. A file that is already loaded and has not changed on disk is shared. Throws
  // nn::Error with one sentence for anything missing, broken, hostile or too new.
  static std::shared_ptr<const Model> load(const std::filesystem::path& path,
                                           const LoadOptions& options = {});
  virtual ~Model() = default;
  virtual const Contract& contract() const noexcept = 0;
  virtual const std::filesystem::path& path() const noexcept = 0;
  virtual const std::string& device() const noexcept = 0;
  virtual bool accelerated() const noexcept = 0;     // some layers run on packed kernels
  virtual Precision precision() const noexcept = 0;  // as asked for
  // A sentence: why acceleration was switched off for this file, or empty.
  virtual const std::string& remark() const noexcept = 0;
};

struct EngineOptions {
  std::string method = "forward";
  int block = 0;                      // samples; a common multiple of the ratios
  int batch = 1;                      // examples at once
  int inputs = -1;                    // host channels per example; −1: as many as the method has
  int outputs = -1;                   // missing model inputs are silent, surplus host outputs too
  std::optional<double> sample_rate;  // given to the model (truncated to int) before it runs
  double warm_up_limit = 60;          // seconds after which a method counts as never returning
  int threads = 1;                    // 2: products of accelerated layers are shared by two
};

// One object's copy of the state. Host channel c of example b is row c·batch + b, in and out.
// run() and the calls marked * belong to whichever thread runs the engine (Stream::post).
class ModelEngine : public Engine {
 public:
  // Control thread. Warms the method up on a throw-away copy of the state, with the real shapes.
  // Throws nn::Error for an unknown method, a block that the ratios do not divide, or a method
  // that does not return in time; a method that fails is not an error here (it may want an
  // attribute first): see remarks().
  static std::shared_ptr<ModelEngine> make(std::shared_ptr<const Model> model,
                                           const EngineOptions& options);

  virtual const Model& model() const noexcept = 0;
  virtual std::shared_ptr<const Model> share_model() const noexcept = 0;
  virtual const EngineOptions& options() const noexcept = 0;
  virtual std::string remarks() const = 0;  // what the warm-up found, or empty
  virtual double cost() const = 0;          // seconds per block, the slowest warm-up run

  struct Prepared {
    std::function<void()> change;  // * switches to the method
    std::string remark;            // why it failed, or empty: it may want an attribute set since
    double cost = 0;               // seconds per block
  };
  // Control thread: warms another method up.
  virtual Prepared prepare_method(const std::string& method) = 0;

  // * One value per element; a buffer element takes BufferValue, and keeps what it has when that
  // has no channels. Throws nn::Error when the count,
  // a type or the model refuses.
  virtual void set_attribute(const std::string& name, const Values& values) = 0;
  virtual void set_sample_rate(double sample_rate) = 0;                           // *
  virtual void clear_buffer(const std::string& key) = 0;                          // *
  virtual void set_buffer(const std::string& key, const BufferValue& value) = 0;  // *
  virtual void reset() = 0;  // * the state as loaded, attributes included
  // * Reads the attribute from the model and renews the snapshot.
  virtual void refresh(const std::string& name) = 0;
  // Control threads: the snapshot, taken at load, after each set_attribute and by refresh().
  virtual Values attribute(const std::string& name) const = 0;
};

// The process's pool, its workers set up for torch; what streams of ModelEngines belong on.
const std::shared_ptr<class Pool>& torch_pool();

}  // namespace nn
