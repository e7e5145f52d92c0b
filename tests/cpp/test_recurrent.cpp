// The recurrent step against plain loops, for every instruction set: products of bytes and floats,
// gates, draws, states of several examples.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "../../cpp/src/accel/recurrent.h"

using namespace nn::accel;
using Floats = std::vector<float>;

namespace {

struct EachTarget {
  template <typename Test>
  void operator()(Test test) const {
    for (const char* const* name = targets(); *name; ++name) {
      REQUIRE(use_target(*name));
      INFO(*name);
      test();
    }
    use_target(nullptr);
  }
} each_target;

struct Numbers {
  std::mt19937 generator{7};
  float operator()() { return std::uniform_real_distribution<float>(-1, 1)(generator); }
  Floats operator()(size_t count) {
    Floats all(count);
    for (float& one : all) one = (*this)();
    return all;
  }
};

struct Layer {
  int inputs, outputs;
  Floats weight, bias, scales;

  // bytes: weights of 8 bits, one row of nothing but zeros.
  Layer(Numbers& any, int out, int in, bool bytes)
      : inputs(in), outputs(out), weight(any(size_t(out) * in)), bias(any(size_t(out))) {
    // As weights of networks are: sums stay small, and errors do not grow from step to step.
    const float size = 1 / std::sqrt(float(in));
    if (!bytes)
      for (float& w : weight) w *= size;
    for (int o = 0; bytes && o < out; ++o) {
      scales.push_back(o == 1 ? 0 : size * (1.5f + bias[size_t(o)]) / 127);
      for (int i = 0; i < in; ++i) {
        float& w = weight[size_t(o) * in + i];
        w = scales.back() * std::nearbyint(127 * w);
      }
    }
  }
  Dense dense() const {
    return {weight.data(), bias.data(), scales.empty() ? nullptr : scales.data(), inputs, outputs};
  }
  std::vector<double> operator()(const std::vector<double>& x) const {
    std::vector<double> y(bias.begin(), bias.end());
    for (int o = 0; o < outputs; ++o)
      for (int i = 0; i < inputs; ++i)
        y[size_t(o)] += weight[size_t(o) * inputs + i] * x[size_t(i)];
    return y;
  }
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Two entries, three cells of which two hear the first, two heads of different cells.
struct Net {
  Draw how;
  int given, width;
  Layer first, second;
  std::vector<Layer> input, hidden;
  Layer head, tanh_head;

  Net(Numbers& any, Draw draws, int others, int wide, bool bytes)
      : how(draws),
        given(others),
        width(wide),
        first(any, 5, draws.fed() + others, false),
        second(any, wide + 3, 5, false),
        head(any, draws.outputs() / 2, wide, bytes),
        tanh_head(any, draws.outputs() - draws.outputs() / 2, wide, bytes) {
    for (int c = 0; c < 3; ++c) {
      input.emplace_back(any, 3 * wide, c ? wide : wide + 3, bytes);
      hidden.emplace_back(any, 3 * wide, wide, bytes);
    }
  }

  Recurrent packed() const {
    Recurrent made(std::make_shared<Arena>(size_t{64} << 20), nn::Precision::exact, how, given);
    made.entry(first.dense(), true);
    made.entry(second.dense(), false);
    for (size_t c = 0; c < 3; ++c) made.cell(input[c].dense(), hidden[c].dense(), c == 0 ? -1 : 0);
    made.head(head.dense(), 1, false);
    made.head(tanh_head.dense(), 2, true);
    made.finish();
    return made;
  }

  std::vector<double> step(std::vector<std::vector<double>>& h,
                           const std::vector<double>& x) const {
    auto e = first(x);
    for (double& one : e) one = std::max(one, 0.0);
    e = second(e);
    const auto n = size_t(width);
    for (size_t c = 0; c < 3; ++c) {
      const auto a = input[c](c == 0 ? e : h[0]), b = hidden[c](h[c]);
      for (size_t i = 0; i < n; ++i) {
        const double r = sigmoid(a[i] + b[i]), z = sigmoid(a[n + i] + b[n + i]);
        h[c][i] = (1 - z) * std::tanh(a[2 * n + i] + r * b[2 * n + i]) + z * h[c][i];
      }
    }
    auto y = head(h[1]), bent = h[2];
    for (double& one : bent) one = std::tanh(one);
    const auto rest = tanh_head(bent);
    y.insert(y.end(), rest.begin(), rest.end());
    return y;
  }
};

}  // namespace

TEST_CASE("recurrent steps are what plain loops make, in floats and in bytes") {
  const bool bytes = GENERATE(false, true);
  const int width = GENERATE(1, 7, 16, 50);
  const int examples = GENERATE(1, 3);
  CAPTURE(bytes, width, examples);
  each_target([&] {
    Numbers any;
    const Net net(any, {Draw::categorical, 11}, 2, width, bytes);
    const auto made = net.packed();
    CHECK(made.in_bytes() == bytes);
    const int steps = 5;
    const Floats x = any(size_t(examples) * steps * 3);
    Floats hidden(size_t(examples) * 3 * width), y(size_t(examples) * 11);
    Workspace workspace;
    made.hear(hidden.data(), x.data(), steps, examples, workspace);
    const Floats last = any(size_t(examples) * 3);
    made.outputs(hidden.data(), last.data(), examples, y.data(), workspace);
    for (int b = 0; b < examples; ++b) {
      std::vector<std::vector<double>> h(3, std::vector<double>(size_t(width)));
      for (int t = 0; t < steps; ++t) {
        const float* const row = x.data() + (b * steps + t) * 3;
        net.step(h, {row, row + 3});
      }
      const auto wanted = net.step(h, {last.data() + b * 3, last.data() + b * 3 + 3});
      for (size_t o = 0; o < 11; ++o)
        CHECK(y[size_t(b) * 11 + o] == Approx(wanted[o]).margin(bytes ? 2e-3 : 2e-5));
    }
  });
}

TEST_CASE("every instruction set multiplies bytes alike, for any input") {
  Numbers any;
  const Layer layer(any, 70, 33, true);
  for (const float size : {0.f, 1e-20f, 1.f, 2.f, 3e7f, std::numeric_limits<float>::infinity()}) {
    Floats x = any(66);
    for (float& one : x) one = size == 0 ? 0 : one * size;
    x[40] = std::numeric_limits<float>::quiet_NaN();  // beyond the row
    const bool broken = size == 2;
    if (broken) x[3] = x[32] = std::numeric_limits<float>::quiet_NaN();
    Floats first;
    each_target([&] {
      Arena arena(1 << 20);
      const Matrix matrix(arena, layer.dense(), nn::Precision::exact);
      CHECK(matrix.bytes());
      Floats y(size_t(matrix.padded()) * 2 + 16), scratch(matrix.scratch(2) + 16);
      matrix.run(x.data(), 33, 1, y.data(), scratch.data());
      y.resize(70);
      if (first.empty()) first = y;
      CHECK(y == first);
      const auto wanted = layer({x.begin(), x.begin() + 33});
      if (size <= 3e7f && !broken)
        for (size_t o = 0; o < 70; ++o)
          CHECK(y[o] == Approx(wanted[o]).margin(2e-3 * std::max(size, 1.f)));
    });
  }
}

TEST_CASE("sums of the largest bytes do not overflow") {
  const int inputs = GENERATE(2, 800, 5000);
  each_target([&] {
    Layer layer{*std::make_unique<Numbers>(), 3, inputs, true};
    std::fill(layer.weight.begin(), layer.weight.end(), 127 * 0.01f);
    layer.scales = {0.01f, 0.01f, 0.01f};
    Arena arena(1 << 22);
    const Matrix matrix(arena, layer.dense(), nn::Precision::exact);
    REQUIRE(matrix.bytes());
    Floats x(size_t(inputs), 1), y(size_t(matrix.padded())), scratch(matrix.scratch(1) + 16);
    matrix.run(x.data(), inputs, 1, y.data(), scratch.data());
    CHECK(y[0] == Approx(layer.bias[0] + 1.27 * inputs).epsilon(1e-3));
  });
}

TEST_CASE("weights that are no whole numbers of their scales stay floats") {
  Numbers any;
  Layer layer(any, 4, 6, true);
  Arena arena(1 << 20);
  CHECK(Matrix(arena, layer.dense(), nn::Precision::exact).bytes());
  layer.weight[3] += 0.3f * layer.scales[0];
  CHECK_FALSE(Matrix(arena, layer.dense(), nn::Precision::exact).bytes());
  layer.weight[3] = 200 * layer.scales[0];
  CHECK_FALSE(Matrix(arena, layer.dense(), nn::Precision::exact).bytes());
  layer.weight[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(Matrix(arena, layer.dense(), nn::Precision::exact).bytes());
  layer.weight[3] = 0;
  layer.scales[1] = std::numeric_limits<float>::infinity();  // of a row of zeros
  CHECK_FALSE(Matrix(arena, layer.dense(), nn::Precision::exact).bytes());
}

TEST_CASE("draws: shares, temperatures, means and deviations") {
  Floats scratch(64), value(4);
  const Draw classes{Draw::categorical, 4};
  const Floats logits{std::log(0.2f), -200, std::log(0.5f), std::log(0.3f)};
  const auto choose = [&](float u, float t = 1) {
    draw(classes, logits.data(), &u, {t, false}, value.data(), scratch.data());
    return value[0];
  };
  CHECK(choose(0.1f) == 0);
  CHECK(choose(0.21f) == 2);
  CHECK(choose(0.69f) == 2);
  CHECK(choose(0.71f) == 3);
  CHECK(choose(0.9999999f) == 3);
  CHECK(choose(1) == 3);
  CHECK(choose(0.05f, 0) == 2);  // the most likely
  CHECK(choose(0.3f, 0.1f) == 2);
  Floats fed(4);
  feed(classes, value.data(), fed.data());
  CHECK(fed[0] == 0.5f);
  feed({Draw::categorical, 4, 1, true}, value.data(), fed.data());
  CHECK(fed == Floats{0, 0, 1, 0});

  const Draw normal{Draw::gaussian, 2};
  const Floats outputs{0.3f, -1, 0.5f, 30}, noise{1, -2};
  draw(normal, outputs.data(), noise.data(), {0.5f, false}, value.data(), scratch.data());
  CHECK(value[0] == Approx(0.3 + 0.5 * (std::log1p(std::exp(0.5)) + 1e-3)));
  CHECK(value[1] == Approx(-1 - 30 - 1e-3));
  draw(normal, outputs.data(), noise.data(), {2, true}, value.data(), scratch.data());
  CHECK(value[0] == Approx(0.3 + std::log1p(std::exp(1.0)) / 2));

  const Draw mixed{Draw::mixture, 1, 2};
  const Floats mixture{0, 0, 5, 7, -30, -30}, draws{0.6f, 1};
  draw(mixed, mixture.data(), draws.data(), {}, value.data(), scratch.data());
  CHECK(value[0] == Approx(7 + 1e-3));
}

TEST_CASE("generated values go back in, and cuts do not matter") {
  each_target([&] {
    Numbers any;
    const Draw how{Draw::gaussian, 2};
    const Net net(any, how, 1, 9, false);
    const auto made = net.packed();
    const int steps = 12;
    const Floats given = any(steps), noise = any(2 * steps), begin = any(2);
    Floats values(2 * steps), whole;
    for (const int cut : {steps, 5, 1}) {
      Floats hidden(27), last = begin;
      Workspace workspace;
      for (int t = 0; t < steps; t += cut) {
        const int some = std::min(cut, steps - t);
        made.generate({hidden.data(), last.data()}, given.data() + t, noise.data() + 2 * t, {},
                      some, 1, values.data() + 2 * t, workspace);
      }
      if (whole.empty()) whole = values;
      CHECK(values == whole);
    }
    std::vector<std::vector<double>> h(3, std::vector<double>(9));
    std::vector<double> x{begin[0], begin[1], 0};
    for (size_t t = 0; t < size_t(steps); ++t) {
      x[2] = given[t];
      const auto y = net.step(h, x);
      for (size_t v = 0; v < 2; ++v) {
        x[v] = y[v] + (std::log1p(std::exp(y[2 + v])) + 1e-3) * noise[2 * t + v];
        CHECK(values[2 * t + v] == Approx(x[v]).margin(1e-4));
        x[v] = values[2 * t + v];
      }
    }
  });
}

TEST_CASE("recurrent layers that do not fit are refused") {
  Numbers any;
  const auto arena = std::make_shared<Arena>(1 << 22);
  const Layer entry(any, 4, 2, false), cell(any, 12, 4, false), head(any, 5, 4, false);
  for (const Draw& draw : {Draw{Draw::mixture, 1367, 1047298}, Draw{Draw::mixture, 1 << 20, 2},
                           Draw{Draw::categorical, 0}, Draw{Draw::gaussian, -3}})
    CHECK_THROWS_AS(Recurrent(arena, nn::Precision::exact, draw, 1), std::invalid_argument);
  CHECK_THROWS_AS(Recurrent(arena, nn::Precision::exact, {Draw::categorical, 5}, -1),
                  std::invalid_argument);
  Recurrent net(arena, nn::Precision::exact, {Draw::categorical, 5}, 1);
  CHECK_THROWS_AS(net.cell(cell.dense(), cell.dense(), -1), std::invalid_argument);
  CHECK_THROWS_AS(net.entry(head.dense(), true), std::invalid_argument);
  net.entry(entry.dense(), true);
  CHECK_THROWS_AS(net.cell(cell.dense(), head.dense(), -1), std::invalid_argument);
  CHECK_THROWS_AS(net.cell(cell.dense(), cell.dense(), 0), std::invalid_argument);
  net.cell(cell.dense(), cell.dense(), -1);
  CHECK_THROWS_AS(net.finish(), std::invalid_argument);
  CHECK_THROWS_AS(net.head(head.dense(), 1, false), std::invalid_argument);
  net.head(head.dense(), 0, false);
  net.finish();
}
