#pragma once

#include <torch/script.h>

#include <string>
#include <vector>

#include "nn/contract.h"

namespace nn {

c10::IValue to_ivalue(const Value& value, const c10::Device& device);
// What a getter returned, as the attribute's elements: a scalar, tuple or list; anything a
// musician could not use becomes its text.
Values to_values(const c10::IValue& value);

}  // namespace nn
