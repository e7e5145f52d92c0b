#pragma once

#include <torch/script.h>

#include "accelerate.h"
#include "mutation.h"
#include "nn/model.h"

namespace nn {

class LoadedModel final : public Model {
 public:
  LoadedModel(const std::filesystem::path& path, const LoadOptions& options, class Stage& stage);

  const Contract& contract() const noexcept override { return contract_; }
  const std::filesystem::path& path() const noexcept override { return path_; }
  const std::string& device() const noexcept override { return device_name_; }
  bool accelerated() const noexcept override { return acceleration_.on; }
  Precision precision() const noexcept override { return precision_; }
  const std::string& remark() const noexcept override { return acceleration_.remark; }

  // A module with a state of its own, in evaluation mode.
  torch::jit::Module instance() const;
  const c10::Device& torch_device() const noexcept { return device_; }

 private:
  std::filesystem::path path_;
  std::string device_name_;
  c10::Device device_{c10::kCPU};
  Playable loaded_;  // never run after the contract is read
  Contract contract_;
  Precision precision_;
  Acceleration acceleration_;
};

}  // namespace nn
