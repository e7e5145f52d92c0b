#include <torch/cuda.h>
#include <torch/script.h>
#include <torch/version.h>

#include <fstream>
#include <map>
#include <mutex>

#include "archive.h"
#include "instance.h"
#include "limited.h"
#include "loaded.h"
#include "metadata.h"
#include "nn/error.h"
#include "read_contract.h"
#include "sentence.h"

namespace nn {
namespace {

c10::Device device_for(std::string name) {
  const bool cuda = torch::cuda::is_available(), mps = at::hasMPS();
  if (name == "gpu") name = cuda ? "cuda" : mps ? "mps" : "cpu";
  c10::Device device(c10::kCPU);
  try {
    device = c10::Device(name);
  } catch (const std::exception&) {
    throw Error("There is no device called '" + name + "'; try cpu, cuda or mps.");
  }
  if (device.is_cpu()) return device;
  if (device.is_cuda()) {
    if (!cuda) throw Error("This machine has no CUDA device that torch can use.");
    if (device.index() >= static_cast<int>(torch::cuda::device_count()))
      throw Error("There is no device '" + name + "'; this machine has " +
                  std::to_string(torch::cuda::device_count()) + ".");
    return device;
  }
  if (device.is_mps()) {
    if (!mps) throw Error("This machine has no Metal device that torch can use.");
    return device;
  }
  throw Error("Models run on cpu, cuda or mps, not on '" + name + "'.");
}

std::string shown(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

// What changes when the file does.
struct Identity {
  std::filesystem::path path;
  std::string device;
  bool accelerate;
  Precision precision;
  uintmax_t size;
  std::filesystem::file_time_type written;
  auto operator<=>(const Identity&) const = default;
};

// The model already loaded under this identity; else `fresh`, registered from now on. Two threads
// may load one file at the same time: the first to finish is shared.
std::shared_ptr<const Model> registered(const Identity& identity,
                                        std::shared_ptr<const Model> fresh) {
  static std::mutex mutex;  // control threads only, held for a look-up
  static std::map<Identity, std::weak_ptr<const Model>> models;
  const std::lock_guard lock(mutex);
  std::erase_if(models, [](const auto& item) { return item.second.expired(); });
  if (const auto known = models.find(identity); known != models.end())
    if (auto model = known->second.lock()) return model;
  if (fresh) models[identity] = fresh;
  return fresh;
}

}  // namespace

LoadedModel::LoadedModel(const std::filesystem::path& path, const LoadOptions& options,
                         Stage& stage)
    : path_(path), device_(device_for(options.device)), precision_(options.precision) {
  stage.set("Loading the model " + shown(path));
  check_archive(path, options.largest_file);
  device_name_ = device_.str();
  torch::jit::ExtraFilesMap extra{{kMetadataName, ""}};
  const auto read = [&] {
    std::ifstream file(path, std::ios::binary);
    auto module = torch::jit::load(file, device_, extra, /*load_debug_files=*/false);
    module.eval();
    return module;
  };
  try {
    loaded_.module = read();
  } catch (const std::exception& e) {
    throw Error("torch " + std::string(TORCH_VERSION) + " cannot load " + shown(path) +
                " (made with a newer torch, or damaged): " + sentence(e));
  }
  try {
    const c10::InferenceMode inference;
    // Getters of hostile files may throw or change state: they get a copy.
    loaded_.mutations = find_mutations(loaded_.module);
    auto probe = instance();
    contract_ = read_contract(probe);
  } catch (const Error& e) {
    throw Error("The model " + shown(path) + " cannot be played: " + e.what());
  } catch (const std::exception& e) {
    throw Error("The model " + shown(path) + " cannot be read: " + sentence(e));
  }
  read_metadata(extra[kMetadataName], contract_);
  if (options.accelerate && device_.is_cpu())
    acceleration_ = accelerate(loaded_, contract_, options, read, stage);
}

torch::jit::Module LoadedModel::instance() const {
  return own_state(loaded_.module, loaded_.mutations);
}

std::shared_ptr<const Model> Model::load(const std::filesystem::path& path,
                                         const LoadOptions& options) {
  std::error_code failed;
  auto whole = std::filesystem::weakly_canonical(path, failed);
  if (failed) whole = path;
  const Identity identity{whole,
                          options.device,
                          options.accelerate,
                          options.accelerate ? options.precision : Precision::exact,
                          std::filesystem::file_size(whole, failed),
                          std::filesystem::last_write_time(whole, failed)};
  if (auto known = registered(identity, nullptr)) return known;
  auto model = limited(options.limit, [whole, options](Stage& stage) {
    return std::make_shared<const LoadedModel>(whole, options, stage);
  });
  return registered(identity, model);
}

}  // namespace nn
