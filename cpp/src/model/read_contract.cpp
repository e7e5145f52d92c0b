#include "read_contract.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nn/error.h"
#include "sentence.h"

namespace nn {

bool has_scripted(const torch::jit::Module& module, const std::string& name) {
  return module.find_method(name).has_value();
}

namespace {

constexpr int64_t kMostChannels = 4096;
constexpr int64_t kHighestRatio = 1 << 24;

std::vector<std::string> words(const c10::IValue& value) {
  std::vector<std::string> all;
  if (!value.isList()) throw Error("a list of names was expected");
  for (const c10::IValue& element : value.toListRef()) all.push_back(element.toStringRef());
  return all;
}

// The names a getter lists; nothing when the file has no such getter or it fails (old files).
std::optional<std::vector<std::string>> listed(torch::jit::Module& module, const char* getter,
                                               Contract& contract) {
  if (!has_scripted(module, getter)) return std::nullopt;
  try {
    return words(module.run_method(getter));
  } catch (const std::exception& e) {
    contract.remarks.push_back("The model's " + std::string(getter) + " failed: " + sentence(e) +
                               ".");
    return std::nullopt;
  }
}

// `<name>_params` as whole numbers; old files hold floats.
std::optional<std::vector<int64_t>> parameters(const torch::jit::Module& module,
                                               const std::string& name) {
  const std::string key = name + "_params";
  if (!module.hasattr(key)) return std::nullopt;
  const c10::IValue value = module.attr(key);
  if (!value.isTensor()) return std::nullopt;
  const auto tensor =
      value.toTensor().detach().to(torch::kCPU, torch::kFloat64).reshape({-1}).contiguous();
  std::vector<int64_t> numbers;
  for (int64_t i = 0; i < std::min<int64_t>(tensor.numel(), 4096); ++i) {
    const double number = tensor.data_ptr<double>()[i];
    if (!(std::abs(number) < 1e15)) return std::nullopt;
    numbers.push_back(static_cast<int64_t>(number));
  }
  return numbers;
}

std::vector<std::string> labels(const torch::jit::Module& module, const std::string& key,
                                int channels, const char* standard) {
  try {
    if (module.hasattr(key)) {
      auto given = words(module.attr(key));
      if (static_cast<int>(given.size()) == channels) return given;
    }
  } catch (const std::exception&) {
    // Not a list of words: the standard text below.
  }
  std::vector<std::string> all;
  for (int i = 0; i < channels; ++i) all.push_back(standard + std::to_string(i));
  return all;
}

void read_method(const torch::jit::Module& module, const std::string& name, Contract& contract) {
  const auto leave_out = [&](const std::string& why) {
    contract.remarks.push_back("Method '" + name + "' is left out: " + why + ".");
  };
  if (contract.method(name)) return leave_out("it is listed twice");
  if (!has_scripted(module, name)) return leave_out("the file has no code for it");
  const auto numbers = parameters(module, name);
  if (!numbers || numbers->size() < 4) return leave_out("it does not tell its channels and ratios");
  const auto& n = *numbers;
  const auto wrong = [](int64_t value, int64_t most) { return value < 1 || value > most; };
  if (wrong(n[0], kMostChannels) || wrong(n[2], kMostChannels))
    return leave_out("it claims " + std::to_string(n[0]) + " inputs and " + std::to_string(n[2]) +
                     " outputs");
  if (wrong(n[1], kHighestRatio) || wrong(n[3], kHighestRatio))
    return leave_out("it claims ratios of " + std::to_string(n[1]) + " and " +
                     std::to_string(n[3]));
  Method method;
  method.name = name;
  method.in_channels = static_cast<int>(n[0]);
  method.in_ratio = static_cast<int>(n[1]);
  method.out_channels = static_cast<int>(n[2]);
  method.out_ratio = static_cast<int>(n[3]);
  method.input_labels =
      labels(module, name + "_input_labels", method.in_channels, "(signal) model input ");
  method.output_labels =
      labels(module, name + "_output_labels", method.out_channels, "(signal) model output ");
  contract.methods.push_back(std::move(method));
}

void read_attribute(const torch::jit::Module& module, const std::string& name, Contract& contract) {
  const auto leave_out = [&](const std::string& why) {
    contract.remarks.push_back("Attribute '" + name + "' is left out: " + why + ".");
  };
  if (contract.attribute(name)) return leave_out("it is listed twice");
  const auto numbers = parameters(module, name);
  if (!numbers) return leave_out("it does not tell its types");
  Attribute attribute{name, {}, has_scripted(module, "get_" + name), false};
  for (const int64_t id : *numbers) {
    if (id < 0 || id > 5) return leave_out("it has a type that does not exist");
    attribute.types.push_back(static_cast<Type>(id));
  }
  // A setter without parameters is how vschaos2 says "read only".
  if (const auto setter = module.find_method("set_" + name))
    attribute.writable = setter->function().getSchema().arguments().size() > attribute.types.size();
  if (!attribute.readable && !attribute.writable)
    return leave_out("it can be neither read nor set");
  contract.attributes.push_back(std::move(attribute));
}

void read_buffers(torch::jit::Module& module, Contract& contract) {
  for (const auto& key :
       listed(module, "get_buffer_attributes", contract).value_or(std::vector<std::string>())) {
    const auto hash = key.find('#');
    const Attribute* attribute = contract.attribute(key.substr(0, hash));
    bool known = false;
    for (size_t i = 0; attribute && i < attribute->types.size(); ++i)
      known |=
          attribute->types[i] == Type::buffer && key == attribute->name + "#" + std::to_string(i);
    if (known)
      contract.buffers.push_back(key);
    else
      contract.remarks.push_back("Buffer '" + key + "' is left out: no attribute has it.");
  }
  if (!contract.buffers.empty() && !has_scripted(module, "set_buffer_attribute")) {
    contract.buffers.clear();
    contract.remarks.push_back(
        "The model's buffers cannot be filled: it has no set_buffer_attribute.");
  }
}

}  // namespace

Contract read_contract(torch::jit::Module& module) {
  Contract contract;
  auto methods = listed(module, "get_methods", contract);
  if (!methods) {
    methods.emplace();
    for (const auto& method : module.get_methods())
      if (module.hasattr(method.name() + "_params")) methods->push_back(method.name());
  }
  for (const auto& name : *methods) read_method(module, name, contract);
  if (contract.methods.empty()) {
    std::string why = contract.remarks.empty() ? "" : " " + contract.remarks.front();
    throw Error("The file has no method that can be played; is it an nn~ model?" + why);
  }

  auto attributes = listed(module, "get_attributes", contract);
  if (!attributes) {
    attributes.emplace();
    constexpr std::string_view tail = "_params";
    for (const auto& attribute : module.named_attributes(false)) {
      std::string name = attribute.name;
      if (name.size() <= tail.size() || name.compare(name.size() - tail.size(), tail.size(), tail))
        continue;
      name.resize(name.size() - tail.size());
      if (has_scripted(module, "set_" + name)) attributes->push_back(name);
    }
  }
  for (const auto& name : *attributes)
    if (name != "none") read_attribute(module, name, contract);

  read_buffers(module, contract);
  if (const auto setter = module.find_method("set_sample_rate")) {
    contract.takes_sample_rate = setter->function().getSchema().arguments().size() > 1;
    if (!contract.takes_sample_rate)
      contract.remarks.push_back("The model's set_sample_rate takes no rate, so it is told none.");
  }
  // Blocks must fit every ratio: say so now, not in the middle of a concert.
  int64_t common = 1;
  for (const int ratio : contract.ratios()) {
    common = std::lcm(common, static_cast<int64_t>(ratio));
    if (common > kHighestRatio)
      throw Error("The methods' ratios have no common block below 2^24 samples.");
  }
  return contract;
}

}  // namespace nn
