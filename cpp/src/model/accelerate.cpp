#include "accelerate.h"

#include <cstdio>

#include "../accel/passes/rewrite.h"
#include "nn/error.h"
#include "sentence.h"
#include "trial.h"

namespace nn {
namespace {

// How far the output may be from the plain module's, relative to its peak. Coarse types differ by
// what they leave out; there the comparison finds mistakes only.
double tolerance(Precision precision) {
  switch (precision) {
    case Precision::half:
      return 0.05;
    case Precision::bf16:
      return 0.5;
    default:
      return 1e-5;
  }
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", value);
  return text;
}

}  // namespace

Acceleration accelerate(Playable& loaded, const Contract& contract, const LoadOptions& options,
                        const std::function<torch::jit::Module()>& again, Stage& stage) {
  std::string remark;
  // Else it would be read again for nothing, and the memory of what was read stay with the process.
  if (!accel::worth_a_look(loaded.module)) return {};
  // Whole networks first; where one of those turns out to be another than its names say, layers.
  for (const bool networks : {true, false}) {
    try {
      stage.set("Packing the model's weights");
      Playable fast{again(), {}};
      const auto done = accel::put_on_kernels(
          fast.module, options.precision, networks,
          [&](const std::string& path) { return loaded.mutations.may_write(path); });
      if (done.networks + done.layers + done.generators == 0) return {};
      fast.mutations = find_mutations(fast.module);
      fast.mutations.paths.insert(done.caches.begin(), done.caches.end());
      // What draws goes another way after a rounding error; those networks were compared before.
      const bool draws = done.generators > 0;
      const double error = limited(options.trial_limit, [=](Stage& inner) {
        inner.set("A method of the model");
        return draws ? failure(fast, contract) : difference(loaded, fast, contract);
      });
      if (error <= tolerance(options.precision)) {
        loaded = std::move(fast);
        return {true, ""};
      }
      remark = "Acceleration is off: with it the output would differ by " + number(error) +
               " of its peak.";
    } catch (const Error& e) {
      return {false, "Acceleration is off: " + std::string(e.what())};
    } catch (const std::exception& e) {
      remark = "Acceleration is off: " + sentence(e) + ".";
    }
    stage.set("Loading the model once more");
  }
  return {false, remark};
}

}  // namespace nn
