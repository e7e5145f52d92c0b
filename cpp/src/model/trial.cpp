#include "trial.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "../rt/denormals.h"
#include "chance.h"
#include "instance.h"

namespace nn {
namespace {

constexpr int kBlocks = 3;
constexpr int kSamples = 2048;  // of a block, at least
constexpr int kFew = 64;        // where running is all that is asked
constexpr uint64_t kSeed = 20;

// What a method makes of blocks of noise, one after the other; nothing when it fails.
std::optional<at::Tensor> hear(const Playable& playable, const Method& method, int block) {
  const OwnChance chance(kSeed);
  auto module = own_state(playable.module, playable.mutations);
  const auto noise = torch::rand({kBlocks, 1, method.in_channels, block / method.in_ratio}) * 2 - 1;
  std::vector<at::Tensor> heard;
  try {
    for (int i = 0; i < kBlocks; ++i) {
      const auto value = module.get_method(method.name)({noise[i].clone()});
      if (!value.isTensor()) return {};
      heard.push_back(value.toTensor().detach().to(torch::kDouble).flatten().clone());
    }
    return torch::cat(heard);
  } catch (const std::exception&) {
    return {};
  }
}

double difference(const at::Tensor& plain, const at::Tensor& other) {
  if (plain.numel() != other.numel()) return std::numeric_limits<double>::infinity();
  if (plain.numel() == 0) return 0;
  // The same infinity or no number at all in both is no difference.
  const auto same = plain.eq(other).logical_or(plain.isnan().logical_and(other.isnan()));
  const auto apart = (plain - other).abs().masked_fill(same, 0);
  const double peak =
      plain.masked_fill(plain.isfinite().logical_not(), 0).abs().max().item<double>();
  const double most = apart.max().item<double>();
  if (std::isnan(most)) return std::numeric_limits<double>::infinity();
  return most == 0 ? 0 : most / std::max(peak, 1e-6);
}

}  // namespace

double difference(const Playable& plain, const Playable& other, const Contract& contract) {
  const c10::InferenceMode inference;
  const FlushDenormals flush;
  double most = 0;
  for (const Method& method : contract.methods) {
    const int unit = std::lcm(method.in_ratio, method.out_ratio);
    const int block = (kSamples + unit - 1) / unit * unit;
    const auto a = hear(plain, method, block), b = hear(other, method, block);
    if (!a && !b) continue;
    if (!a || !b) return std::numeric_limits<double>::infinity();
    most = std::max(most, difference(*a, *b));
  }
  return most;
}

double failure(const Playable& playable, const Contract& contract) {
  const c10::InferenceMode inference;
  const FlushDenormals flush;
  for (const Method& method : contract.methods) {
    const int unit = std::lcm(method.in_ratio, method.out_ratio);
    const auto heard = hear(playable, method, (kFew + unit - 1) / unit * unit);
    if (!heard || !heard->isfinite().all().item<bool>())
      return std::numeric_limits<double>::infinity();
  }
  return 0;
}

}  // namespace nn
