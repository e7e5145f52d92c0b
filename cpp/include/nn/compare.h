// One model in two ways on the same sound: how fast each is, and how far apart they sound.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nn/model.h"

namespace nn {

// What one block takes at least. Zeros: not known.
struct Work {
  double bytes = 0;       // of weights that are read
  double operations = 0;  // multiplications and additions, counted as two
};
// Of a model whose layers are on packed kernels.
Work work_of(const Model& model, const EngineOptions& options);

class Comparison {
 public:
  // Control thread. `plain` is the measure, `other` the same file loaded otherwise; both on the CPU
  // or another device. Warms both up. Throws nn::Error, also for a method that fails.
  Comparison(const std::shared_ptr<const Model>& plain, const std::shared_ptr<const Model>& other,
             const EngineOptions& options);
  ~Comparison();
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  // `blocks` more blocks of the same noise through both, with the same random numbers, one after
  // the other and each first in turn, on one thread with one torch thread; states run on. Throws
  // nn::Error for what a model does.
  void run(int blocks);

  // Seconds per block: the TorchScript calls alone.
  const std::vector<double>& plain() const noexcept;
  const std::vector<double>& other() const noexcept;
  double error() const noexcept;  // largest difference over the largest sample of `plain`
  double snr() const noexcept;    // `plain` over the difference, dB; infinite where there is none

 private:
  struct Sides;
  std::unique_ptr<Sides> sides_;
};

}  // namespace nn
