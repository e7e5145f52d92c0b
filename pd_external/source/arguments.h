// Creation arguments of nn~.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/latency.h"
#include "nn/precision.h"
#include "object.h"

namespace pd {

// nn~ [-m] [-g | -gpu] [-d] [-b n] [-accelerate 0 | 1] [-precision p] [-threads n] [model [method]
// [block]] nn~ [flags] void [inlets [outlets [block]]]
struct Arguments {
  bool multichannel = false;  // one multichannel signal for all channels of an example
  bool gpu = false;
  bool disabled = false;
  bool accelerate = nn::acceleration_defaults().accelerate;
  nn::Precision precision = nn::acceleration_defaults().precision;
  int threads = 1;
  int batch = 1;                // examples at once
  int inlets = 1, outlets = 1;  // of an object that starts without a model
  std::optional<std::string> model;
  std::string method = "forward";
  int block = nn::kBlockOmitted;
};

// Throws nn::Error for flags and counts that make no object. What is merely odd goes to `remarks`.
Arguments parse(const Atoms& given, std::vector<std::string>& remarks);

// A block size that a message or argument asks for. Throws nn::Error.
int block_request(const t_atom& atom);

}  // namespace pd
