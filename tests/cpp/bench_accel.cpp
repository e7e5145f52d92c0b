// How near products come to what memory and arithmetic allow, on one core: `bench_accel`, or with
// NN_TILDE_TARGET in the environment. Times are the least of many.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "arena.h"
#include "bench_limits.h"
#include "product.h"

namespace {

using namespace nn::accel;
using nn::Precision;
using Clock = std::chrono::steady_clock;

struct Case {
  int inputs, outputs, rows, taps;
};

double seconds(Clock::time_point from) {
  return std::chrono::duration<double>(Clock::now() - from).count();
}

// Weights that no cache holds any longer: those of more copies than the last cache has room for
// are used in turn. Small layers stay in the cache, as they do in a network.
constexpr size_t cold_bytes = size_t{192} << 20;

double best_microseconds(const Case& c, Precision precision) {
  const Geometry g{c.taps, c.inputs, c.outputs};
  const size_t count = size_t(c.taps) * c.inputs * c.outputs;
  std::vector<float> w(count);
  for (size_t i = 0; i < count; ++i) w[i] = float(i % 1013) / 1013 - 0.5f;
  const bool cold = count * 4 >= size_t{1} << 20;
  const size_t copies = cold ? cold_bytes / (count * (precision == Precision::exact ? 4 : 2)) : 1;
  Arena arena(Weights::room(g, precision) * copies);
  std::vector<std::unique_ptr<Weights>> weights;
  for (size_t i = 0; i < copies; ++i)
    weights.push_back(std::make_unique<Weights>(
        arena, g, Source{w.data(), ptrdiff_t(c.inputs) * c.outputs, c.outputs, 1}, precision));
  // A convolution of stride one.
  std::vector<float> x(size_t(c.rows + c.taps) * c.inputs, 0.5f), y(size_t(c.rows) * c.outputs);
  const Rows rows{x.data(), c.inputs, c.inputs, c.rows};
  Finish finish;
  finish.bias = w.data();
  finish.y = {y.data(), c.outputs, 0};
  Arena scratch((scratch_floats(*weights[0], rows) + 16) * 4);
  auto* const floats = static_cast<float*>(scratch.take(scratch.capacity()));
  double best = 1;
  const size_t together = cold ? 1 : 20;
  const auto start = Clock::now();
  for (size_t round = 0; seconds(start) < 0.4; ++round) {
    const auto from = Clock::now();
    for (size_t i = 0; i < together; ++i) multiply(*weights[round % copies], rows, finish, floats);
    best = std::min(best, seconds(from) / double(together));
  }
  return best * 1e6;
}

}  // namespace

int main() {
  const double memory = read_gigabytes_per_second(), arithmetic = fma_gigaflops();
  std::printf(
      "target %s; of one core: %.1f GB/s read, %.1f GFLOP/s fp32 (the compiler's vectors)\n",
      target(), memory, arithmetic);
  std::printf("%-18s %-6s %9s %7s %8s %6s\n", "product", "", "us", "GB/s", "GFLOP/s", "limit");
  constexpr Case cases[] = {
      {768, 768, 1, 3},  {768, 768, 2, 3},  {768, 768, 4, 3}, {768, 768, 8, 3},
      {768, 768, 16, 3}, {768, 768, 32, 3}, {384, 384, 8, 3}, {192, 192, 32, 3},
      {96, 96, 128, 3},  {16, 16, 128, 3},  {32, 32, 32, 3},
  };
  for (const Case& c : cases)
    for (const auto p : {Precision::exact, Precision::half, Precision::bf16}) {
      const double us = best_microseconds(c, p);
      const double k = double(c.taps) * c.inputs;
      const double bytes = k * c.outputs * (p == Precision::exact ? 4 : 2);
      const double flops = 2 * k * c.outputs * c.rows;
      const bool cold = k * c.outputs * 4 >= 1 << 20;
      const double least = std::max(cold ? bytes / memory / 1e3 : 0, flops / arithmetic / 1e3);
      std::printf("%4.0fx%-4d T=%-4d %6s %9.1f %7.1f %8.1f %5.0f%%\n", k, c.outputs, c.rows,
                  p == Precision::exact  ? "exact"
                  : p == Precision::half ? "half"
                                         : "bf16",
                  us, bytes / us / 1e3, flops / us / 1e3, 100 * least / us);
    }
}
