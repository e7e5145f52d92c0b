#include "nn/precision.h"

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

}  // namespace nn
