// Two threads on one product: the same bits as one, whenever the second wakes.
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "pair.h"

using namespace nn;
using namespace nn::accel;

namespace {

std::vector<float> numbers(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> all(count);
  for (float& number : all) number = uniform(random);
  return all;
}

}  // namespace

TEST_CASE("a pair computes what one thread computes, block after block") {
  constexpr int taps = 3, inputs = 64, outputs = 200, frames = 9, passes = 50;
  const auto w = numbers(size_t{taps} * inputs * outputs, 1), bias = numbers(outputs, 2);
  const auto x = numbers(size_t{frames + taps} * inputs, 3);
  Arena arena(1 << 22);
  const auto precision = GENERATE(Precision::exact, Precision::half, Precision::bf16);
  const Weights weights(arena, {taps, inputs, outputs}, {w.data(), inputs * outputs, outputs, 1},
                        precision);
  const Rows rows{x.data(), inputs, inputs, frames};
  const auto product = [&](std::vector<float>& y) {
    std::vector<float> memory(shared_scratch_floats(weights, rows) + 16);
    auto* scratch = memory.data();
    while (reinterpret_cast<uintptr_t>(scratch) % 64) ++scratch;
    Finish finish;
    finish.bias = bias.data();
    finish.y = {y.data(), outputs};
    shared_multiply(weights, rows, finish, scratch);
  };
  std::vector<float> alone(size_t{frames} * outputs), shared(alone.size());
  product(alone);
  int prepared = 0;
  {
    Pair pair([&prepared] { ++prepared; });
    for (int block = 0; block < 20; ++block) {
      const Pair::Block both(&pair);
      // Later ones may be rests: the second core was taken.
      if (block == 0) CHECK(Pair::current() == &pair);
      // Now and then there is time to wake, mostly there is not.
      if (block % 5 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      for (int pass = 0; pass < passes; ++pass) {
        std::fill(shared.begin(), shared.end(), 0.f);
        product(shared);
        REQUIRE(shared == alone);
      }
    }
    CHECK(Pair::current() == nullptr);
    { const Pair::Block empty(&pair); }
  }
  CHECK(prepared == 1);
}

TEST_CASE("without a pair a block is a block") {
  const Pair::Block alone(nullptr);
  CHECK(Pair::current() == nullptr);
}
