// What no file may make a network do, whatever numbers it holds.
#include "network_reference.h"

namespace {

constexpr int kHuge[] = {1 << 25, 1 << 30, INT_MAX, INT_MIN, -(1 << 25)};

struct Building {
  Network net;
  Arena arena{size_t{1} << 20};
  Generator make{1};
  View in = net.input(2);
  std::vector<Weights> weights(int inputs, int outputs, int taps) {
    return make.product(inputs, outputs, taps).pack(arena);
  }
};

}  // namespace

TEST_CASE("layers that do not fit are refused") {
  Building b;
  CHECK_THROWS_AS(b.net.product(b.in, b.weights(3, 2, 1), {}, 1, 1, 1), std::invalid_argument);
  CHECK_THROWS_AS(b.net.product(b.in, {}, {}, 1, 1, 1), std::invalid_argument);
  CHECK_THROWS_AS(b.net.product(b.in, b.weights(2, 3, 1), {1, 2}, 1, 1, 1), std::invalid_argument);
  CHECK_THROWS_AS(b.net.product(b.in, b.weights(2, 3, 1), {}, 1, 1, 2), std::invalid_argument);
  CHECK_THROWS_AS(b.net.overlap(b.in, b.weights(2, 4, 3).front(), {}, 2), std::invalid_argument);
  CHECK_THROWS_AS(b.net.overlap(b.in, b.weights(2, 4, 2).front(), {1}, 2), std::invalid_argument);
  CHECK_THROWS_AS(b.net.overlap(b.in, b.weights(2, 4, 2).front(), {}, 3), std::invalid_argument);
  CHECK_THROWS_AS(b.net.affine(b.in, {1}, {1, 2}), std::invalid_argument);
  const View wide = b.net.product(b.in, b.weights(2, 3, 1), {}, 1, 1, 1);
  CHECK_THROWS_AS(b.net.add(b.in, wide), std::invalid_argument);
  // Groups of other kernels: taps of one are not those of the other.
  auto groups = b.weights(1, 2, 1);
  groups.push_back(b.weights(1, 2, 2).front());
  CHECK_THROWS_AS(b.net.product(b.in, groups, {}, 1, 1, 1), std::invalid_argument);
}

TEST_CASE("numbers that no network needs are refused") {
  Building b;
  for (const int huge : kHuge) {
    CAPTURE(huge);
    CHECK_THROWS_AS(b.net.past(b.in, huge, false), std::invalid_argument);
    CHECK_THROWS_AS(b.net.zeros(b.in, huge, 0), std::invalid_argument);
    CHECK_THROWS_AS(b.net.zeros(b.in, 0, huge), std::invalid_argument);
    CHECK_THROWS_AS(b.net.product(b.in, b.weights(2, 3, 2), {}, huge, 1, 1), std::invalid_argument);
    CHECK_THROWS_AS(b.net.product(b.in, b.weights(2, 3, 2), {}, 1, huge, 1), std::invalid_argument);
    CHECK_THROWS_AS(b.net.product(b.in, b.weights(2, 3, 2), {}, 1, 1, huge), std::invalid_argument);
    CHECK_THROWS_AS(b.net.overlap(b.in, b.weights(2, 4, 2).front(), {}, huge),
                    std::invalid_argument);
    CHECK_THROWS_AS(Network().input(huge), std::invalid_argument);
  }
  for (const int none : {0, -1}) {
    CHECK_THROWS_AS(b.net.product(b.in, b.weights(2, 3, 2), {}, none, 1, 1), std::invalid_argument);
    CHECK_THROWS_AS(b.net.product(b.in, b.weights(2, 3, 2), {}, 1, none, 1), std::invalid_argument);
    CHECK_THROWS_AS(b.net.overlap(b.in, b.weights(2, 4, 2).front(), {}, none),
                    std::invalid_argument);
    CHECK_THROWS_AS(Network().input(none), std::invalid_argument);
  }
  CHECK_THROWS_AS(b.net.past(b.in, -1, false), std::invalid_argument);
  // Each of them sensible, their sum not.
  View view = b.in;
  CHECK_THROWS_AS(
      [&] {
        for (int i = 0; i < 300; ++i) view = b.net.zeros(view, 1 << 23, 0);
      }(),
      std::invalid_argument);
}

TEST_CASE("views of frames that are not there are refused") {
  Building b;
  const View past = b.net.past(b.in, 3, false);
  CHECK(past.begin == -3);
  for (const View bad : {View{0, -4, 0}, View{0, -3, 1}, View{1, 0, 0}, View{-1, 0, 0}, View{}}) {
    CHECK_THROWS_AS(b.net.leaky(bad, 1), std::invalid_argument);
    CHECK_THROWS_AS(b.net.add(b.in, bad), std::invalid_argument);
    CHECK_THROWS_AS(b.net.zeros(bad, 1, 1), std::invalid_argument);
    CHECK_THROWS_AS(b.net.past(bad, 1, false), std::invalid_argument);
    CHECK_THROWS_AS(b.net.finish(bad, false), std::invalid_argument);
  }
  CHECK_THROWS_AS(b.net.past(past, 2, false), std::invalid_argument);  // not one after the other
  CHECK_THROWS_AS(b.net.past(b.net.zeros(b.in, -2, 2), 2, false), std::invalid_argument);
}

TEST_CASE("a sum of unequal lengths is told before anything is written") {
  for (const bool fused : {false, true}) {
    Building b;
    View half = b.net.product(b.in, b.weights(2, 2, 1), {}, 2, 1, 1);
    View whole = b.net.product(b.in, b.weights(2, 2, 1), {}, 1, 1, 1);
    if (!fused) whole = b.net.affine(whole, {1, 1}, {0, 0});
    b.net.finish(b.net.add(whole, half), false);
    CHECK(b.net.steps() == (fused ? 2 : 4));
    const std::vector<float> x(16, 1.f);
    std::vector<float> y(16, 7.f);
    Workspace workspace;
    CHECK_THROWS_AS(b.net.output_frames(8), std::length_error);
    CHECK_THROWS_AS(b.net.run(x.data(), y.data(), 8, 1, nullptr, workspace), std::length_error);
    CHECK(y == std::vector<float>(16, 7.f));
  }
}

TEST_CASE("blocks that grow beyond all memory are told, and the workspace works on") {
  Building b;
  View view = b.in;
  for (int i = 0; i < 4; ++i) view = b.net.product(view, b.weights(2, 2 * 64, 1), {}, 1, 1, 64);
  b.net.finish(view, true);
  const std::vector<float> x(200, 1.f);
  CHECK_THROWS_AS(b.net.output_frames(100), std::length_error);
  Workspace workspace;
  CHECK_THROWS_AS(b.net.run(x.data(), nullptr, 100, 1, nullptr, workspace), std::length_error);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which end the process
  CHECK_THROWS_AS(workspace.floats(size_t{1} << 58), std::bad_alloc);
#endif
  float* memory = workspace.floats(100);
  REQUIRE(memory);
  memory[99] = 1;
}

TEST_CASE("slopes, gains and inputs without a number stay where they belong") {
  Building b;
  View view = b.net.product(b.in, b.weights(2, 2, 1), {}, 1, 1, 1);
  view = b.net.leaky(view, NAN);
  b.net.finish(view, false);
  const std::vector<float> x{NAN, 1, INFINITY, 2, 1, 1};
  Floats y(6);
  Workspace workspace;
  b.net.run(x.data(), y.data(), 3, 1, nullptr, workspace);
  CHECK(std::isnan(y[0]));
}
