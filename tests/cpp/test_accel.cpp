// Products against plain ones in double precision, on every instruction set of this processor.
#include <cstdlib>

#include "accel_reference.h"

namespace {

void compare(Problem& p) {
  Floats y = p.multiply();
  double worst = 0;
  for (int b = 0; b < p.s.examples; ++b)
    for (int r = 0; r < p.s.rows; ++r)
      for (int o = 0; o < p.s.outputs; ++o) {
        const auto [value, size] = p.sum(b, r, o);
        const double error = std::fabs(value - y[(size_t(b) * p.s.rows + r) * p.s.outputs + o]);
        worst = std::max(worst, std::isnan(error) ? 1e9 : error / (p.tolerance(size) + 1e-30));
      }
  INFO(target() << ' ' << precision_name(p.weights.precision()) << " taps " << p.s.taps
                << " inputs " << p.s.inputs << " outputs " << p.s.outputs << " rows " << p.s.rows
                << " stride " << p.s.stride << " dilation " << p.s.dilation << " examples "
                << p.s.examples);
  CHECK(worst <= 1);
}

}  // namespace

TEST_CASE("which instruction sets are tested") {
  std::string names;
  for (const auto& name : all_targets()) names += ' ' + name;
  WARN("tested:" << names << "; the best is " << target());
  if (!std::getenv("NN_TILDE_TARGET")) CHECK(std::string(target()) == all_targets()[0]);
  CHECK_FALSE(use_target("Z80"));
}

TEST_CASE("products are right whatever their shape") {
  for (const auto& name : all_targets()) {
    const Using use(name);
    for (const auto precision : {Precision::exact, Precision::half, Precision::bf16}) {
      // Every size of each kind, the others chosen by chance.
      std::minstd_rand random(5);
      const auto any = [&](std::initializer_list<int> list) {
        return list.begin()[random() % list.size()];
      };
      const auto shape = [&] {
        return Shape{any({1, 2, 3, 7}),
                     any({1, 2, 3, 4, 16, 17, 96}),
                     any({1, 3, 8, 16, 31, 32, 33, 48, 96, 100}),
                     int(1 + random() % 20),
                     any({1, 1, 2, 4}),
                     any({1, 1, 3, 9}),
                     any({1, 1, 2, 4})};
      };
      for (int rows = 1; rows <= 20; ++rows)
        for (const int outputs : {1, 3, 4, 8, 16, 24, 31, 32, 33, 48, 64, 96, 100}) {
          Shape s = shape();
          s.rows = rows, s.outputs = outputs;
          Problem p(s, precision, unsigned(random()));
          compare(p);
        }
      for (int i = 0; i < 60; ++i) {
        Problem p(shape(), precision, unsigned(random()));
        compare(p);
      }
      for (const Shape s :
           {Shape{3, 96, 96, 128}, Shape{3, 768, 17, 2}, Shape{2, 768, 33, 7},
            Shape{513, 1, 16, 9, 16}, Shape{512, 1, 16, 9, 16}, Shape{7, 2, 8, 128, 2, 2},
            Shape{3, 16, 16, 128, 1, 9, 2}, Shape{1, 1538, 40, 3}}) {
        Problem p(s, precision);
        compare(p);
      }
    }
  }
}

TEST_CASE("one number is the same bits in whatever company it is computed") {
  for (const auto& name : all_targets()) {
    const Using use(name);
    for (const auto precision : {Precision::exact, Precision::half, Precision::bf16})
      for (const Shape s :
           {Shape{3, 16, 100, 20}, Shape{2, 18, 33, 20, 2}, Shape{3, 6, 8, 30, 1, 3},
            Shape{1, 96, 160, 20}, Shape{3, 4, 48, 20, 1, 1, 3}}) {
        INFO(name << ' ' << precision_name(precision) << " outputs " << s.outputs);
        Problem p(s, precision);
        Floats all = p.multiply();
        // Fewer rows, from any on.
        for (int count = 1; count < s.rows; ++count)
          for (int first = 0; first + count <= s.rows; first += 1 + count) {
            Rows some = p.rows;
            some.first += first * some.row;
            some.count = count;
            some.examples = 1;
            Floats y = p.multiply(some);
            CHECK(same_bits(y.data(), all.data() + first * s.outputs, y.size()));
          }
        // Rows as examples.
        Rows turned = p.rows;
        turned.examples = 10, turned.count = 2;
        turned.batch = 2 * p.rows.row;
        Floats y = p.multiply(turned);
        CHECK(same_bits(y.data(), all.data(), y.size()));
        // Panels one by one, and in two parts.
        const int panels = p.weights.panels();
        for (int split = 1; split < panels; ++split) {
          Floats parts(all.size());
          Finish f;
          f.y = {parts.data(), s.outputs, ptrdiff_t(s.rows) * s.outputs};
          p.run(p.rows, f, 0, split);
          p.run(p.rows, f, split, panels);
          CHECK(same_bits(parts.data(), all.data(), all.size()));
        }
        for (const int rows : {1, 2, 3, 4, 20}) {
          Rows few = p.rows;
          few.count = rows, few.examples = 1;
          Floats parts(size_t(rows) * s.outputs);
          Finish f;
          f.y = {parts.data(), s.outputs, 0};
          for (int panel = 0; panel < panels; ++panel) p.run(few, f, panel, panel + 1);
          CHECK(same_bits(parts.data(), all.data(), parts.size()));
        }
      }
  }
}

TEST_CASE("fp16 and bf16 weights are those of the type") {
  std::minstd_rand random(3);
  // Widened again by the products themselves: x = 1.
  for (const auto& name : all_targets()) {
    const Using use(name);
    Problem p({1, 1, 4096, 1}, Precision::half);
    for (auto& w : p.w)
      w = std::ldexp(float(random()) / float(random.max()) - 0.5f, int(random() % 44) - 28);
    p.w[0] = 65504, p.w[1] = -0.0f, p.w[2] = 0x1p-24f, p.w[3] = 0x1p-25f, p.w[4] = 0x1.8p-25f;
    p.w[5] = 0x1.ff8p-15f, p.w[6] = 0x1.fffp-15f, p.w[7] = 1 + 0x1p-11f, p.w[8] = 1 + 0x3p-11f;
    Arena arena(Weights::room({1, 1, 4096}, Precision::half));
    Weights weights(arena, {1, 1, 4096}, p.source(), Precision::half);
    CHECK(weights.precision() == Precision::half);
    CHECK(weights.bytes() == 2 * 4096);
    std::vector<float> y(4096), scratch(64);
    const float one = 1;
    Finish f;
    f.y.first = y.data();
    multiply(weights, {&one, 1, 1, 1}, f, scratch.data());
    CHECK(y[0] == 65504);
    CHECK(y[2] == 0x1p-24f);
    CHECK(y[3] == 0);
    CHECK(y[4] == 0x1p-24f);
    CHECK(y[5] == 0x1.ff8p-15f);
    CHECK(y[6] == 0x1p-14f);
    CHECK(y[7] == 1);
    CHECK(y[8] == 1 + 0x1p-9f);
    for (int i = 9; i < 4096; ++i) {
      const float unit = std::ldexp(1.0f, std::max(std::ilogb(p.w[i]), -14) - 10);
      REQUIRE(std::fabs(y[i] - p.w[i]) <= unit / 2);
      REQUIRE(std::fmod(y[i], unit) == 0);
    }
  }
}

TEST_CASE("a weight that does not fit makes all of them exact") {
  for (const float big : {65505.0f, -1e6f, INFINITY, NAN}) {
    Problem p({1, 2, 40, 1}, Precision::half);
    p.w[33] = big;
    Arena arena(Weights::room({1, 2, 40}, Precision::half));
    CHECK(Weights(arena, {1, 2, 40}, p.source(), Precision::half).precision() == Precision::exact);
  }
  Problem odd({3, 3, 8, 2}, Precision::bf16);
  CHECK(odd.weights.precision() == Precision::exact);
  Problem large({1, 2, 40, 1}, Precision::bf16, 1, 1e30f);
  CHECK(large.weights.precision() == Precision::bf16);
  large.w[5] = 0x1.ffp127f;
  Arena arena(Weights::room({1, 2, 40}, Precision::bf16));
  CHECK(Weights(arena, {1, 2, 40}, large.source(), Precision::bf16).precision() ==
        Precision::exact);
  CHECK_THROWS(Weights(arena, {0, 2, 40}, large.source(), Precision::exact));
}
