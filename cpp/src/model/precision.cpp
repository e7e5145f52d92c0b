#include "nn/precision.h"

#include <cstdlib>

#include "nn/error.h"

namespace nn {

Precision precision_from(const std::string& name) {
  for (const auto precision : {Precision::exact, Precision::half, Precision::bf16})
    if (name == name_of(precision)) return precision;
  throw Error("The precision is exact, half or bf16, not '" + name + "'.");
}

const char* name_of(Precision precision) noexcept {
  switch (precision) {
    case Precision::half:
      return "half";
    case Precision::bf16:
      return "bf16";
    default:
      return "exact";
  }
}

namespace {

AccelerationDefaults from_environment() {
  AccelerationDefaults defaults;
  const auto read = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  const std::string accelerate = read("NN_TILDE_ACCELERATE");
  if (accelerate == "0")
    defaults.accelerate = false;
  else if (!accelerate.empty() && accelerate != "1")
    defaults.remark = "NN_TILDE_ACCELERATE is 0 or 1, not '" + accelerate + "'.";
  const std::string precision = read("NN_TILDE_PRECISION");
  if (!precision.empty()) try {
      defaults.precision = precision_from(precision);
    } catch (const Error&) {
      defaults.remark += (defaults.remark.empty() ? "" : "\n");
      defaults.remark += "NN_TILDE_PRECISION is exact, half or bf16, not '" + precision + "'.";
    }
  return defaults;
}

}  // namespace

const AccelerationDefaults& acceleration_defaults() noexcept {
  static const AccelerationDefaults defaults = from_environment();
  return defaults;
}

}  // namespace nn
