// Creation arguments of nn~, mc.nn~ and mcs.nn~, without what begins with @.
#pragma once

#include <optional>
#include <string>

#include "max.h"
#include "nn/latency.h"

namespace maxmsp {

enum class Kind {
  vector,  // nn~: a signal for each channel of the model
  mc,      // mc.nn~: an inlet for each channel, and in it a signal for each example
  mcs,     // mcs.nn~: an inlet for each example, and in it a signal for each channel
};

// nn~, mc.nn~   [model [method [block [inlets [outlets]]]]]   void inlets [outlets [block]]
// mcs.nn~       [model [method [examples [block]]]]           void [examples [block]]
struct Arguments {
  std::optional<std::string> model;
  std::string method = "forward";
  int block = nn::kBlockOmitted;
  std::optional<int> inlets, outlets;  // as given
  int examples = 1;                    // mcs.nn~
  bool lazy = false;                   // void
};

// Throws nn::Error for what makes no object. What is merely odd goes to `remarks`.
Arguments parse(Kind kind, const Atoms& given, std::vector<std::string>& remarks);

// A block size that a message, attribute or argument asks for. Throws nn::Error.
int block_request(const t_atom& atom);

}  // namespace maxmsp
