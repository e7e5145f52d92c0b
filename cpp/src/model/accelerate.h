// Puts a loaded module's layers on packed kernels, and makes sure that it still sounds the same.
#pragma once

#include <torch/script.h>

#include <string>

#include "limited.h"
#include "nn/model.h"

namespace nn {

struct Acceleration {
  bool on = false;     // some layers run on packed kernels
  std::string remark;  // a sentence: why none does although some could; or empty
};

}  // namespace nn
