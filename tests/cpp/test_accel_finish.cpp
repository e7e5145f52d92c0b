// What becomes of sums, where it goes, and what else there is.
#include <fstream>
#include <sstream>
#include <thread>

#include "accel_reference.h"

namespace {

constexpr float guard = 12345.5f;

// Rows of y with room on both sides.
struct Padded {
  int outputs, rows, examples, row;
  std::vector<float> all;
  Padded(const Shape& s, const std::vector<float>* from = nullptr)
      : outputs(s.outputs),
        rows(s.rows),
        examples(s.examples),
        row(outputs + 5),
        all(size_t(row) * rows * examples + 8, guard) {
    if (from)
      for (size_t i = 0; i < from->size(); ++i) at(int(i / outputs), int(i % outputs)) = (*from)[i];
  }
  float& at(int r, int o) { return all[2 + size_t(r) * row + o]; }
  Target target() { return {all.data() + 2, row, ptrdiff_t(row) * rows}; }
  bool untouched_outside() {
    size_t kept = 0;
    for (const float v : all) kept += v == guard;
    return kept == all.size() - size_t(outputs) * rows * examples;
  }
};

float leaky(float v, float slope) { return v > 0 ? v : slope * v; }

}  // namespace

TEST_CASE("every way of finishing, and nothing is written elsewhere") {
  for (const auto& name : all_targets()) {
    const Using use(name);
    for (const auto precision : {Precision::exact, Precision::half, Precision::bf16})
      for (const int outputs : {1, 7, 16, 33, 100})
        for (const Shape s : {Shape{3, 8, outputs, 1}, Shape{2, 6, outputs, 5, 1, 1, 2},
                              Shape{1, 16, outputs, 19}}) {
          Problem p(s, precision);
          Floats plain = p.multiply();
          for (int ways = 0; ways < 32; ++ways) {
            const bool bias = ways & 1, add = ways & 2, y = ways & 4, activated = ways & 8;
            const bool in_place = ways & 16;  // add is y, or leaky is y where nothing is added
            Padded to(s), from(s, &p.add), out(s);
            Finish f;
            f.slope = 0.2f;
            if (bias) f.bias = p.bias.data();
            if (y) f.y = to.target();
            if (add) f.add = from.target();
            if (activated) f.leaky = out.target();
            if (in_place && add && y) f.y = from.target();
            if (in_place && !add && activated) f.y = out.target();
            p.run(p.rows, f);
            bool right = true;
            for (int r = 0; r < s.rows * s.examples; ++r)
              for (int o = 0; o < outputs; ++o) {
                float v = plain[size_t(r) * outputs + o];
                if (bias) v += p.bias[o];
                const float other = p.add[size_t(r) * outputs + o];
                if (add) v += other;
                right &= from.at(r, o) == (in_place && add && y ? v : other);
                right &= out.at(r, o) == (activated ? leaky(v, 0.2f) : guard);
                const bool stored = y && !(in_place && (add || activated));
                right &= to.at(r, o) == (stored ? v : guard);
              }
            INFO(name << ' ' << precision_name(precision) << " outputs " << outputs << " rows "
                      << s.rows << " way " << ways);
            CHECK(right);
            if (activated) CHECK(out.untouched_outside());
            CHECK(from.untouched_outside());
            if (y && !in_place) CHECK(to.untouched_outside());
          }
        }
  }
}

TEST_CASE("what is no number stays none, and the infinite stays infinite") {
  for (const auto& name : all_targets()) {
    const Using use(name);
    for (const auto precision : {Precision::exact, Precision::half, Precision::bf16}) {
      Problem p({1, 4, 17, 3}, precision);
      for (auto bits : {0x7f800001u, 0x7fffffffu, 0xffffffffu, 0x7fc00000u}) {
        INFO(name << ' ' << precision_name(precision) << ' ' << bits);
        p.x[4] = std::bit_cast<float>(bits);
        Floats y = p.multiply();
        CHECK((std::isnan(y[17]) && std::isnan(y[33])));
        CHECK((std::isfinite(y[0]) && std::isfinite(y[34])));
      }
      p.x[4] = INFINITY;
      Floats y = p.multiply();
      CHECK(std::isinf(y[17]));
    }
  }
}

TEST_CASE("transposed, both ways and into a part of something larger") {
  for (const auto& name : all_targets()) {
    const Using use(name);
    for (const int rows : {1, 2, 3, 4, 5, 8, 13, 96, 768})
      for (const int columns : {1, 2, 3, 4, 5, 8, 13, 96, 130}) {
        const auto from = Problem::random(size_t(rows) * (columns + 1) - 1, 3);
        std::vector<float> to(size_t(columns) * (rows + 2), guard);
        transpose(from.data(), columns + 1, to.data(), rows + 2, rows, columns);
        bool right = true;
        for (int c = 0; c < columns; ++c) {
          for (int r = 0; r < rows; ++r)
            right &= to[size_t(c) * (rows + 2) + r] == from[size_t(r) * (columns + 1) + c];
          for (int r = rows; r < rows + 2; ++r) right &= to[size_t(c) * (rows + 2) + r] == guard;
        }
        INFO(name << ' ' << rows << 'x' << columns);
        CHECK(right);
      }
  }
}

TEST_CASE("leaky_relu, also in place") {
  for (const auto& name : all_targets()) {
    const Using use(name);
    for (size_t count = 0; count < 70; ++count) {
      auto x = Problem::random(count, 5);
      std::vector<float> y(count + 1, guard);
      leaky_relu(x.data(), y.data(), count, 0.1f);
      bool right = y[count] == guard;
      for (size_t i = 0; i < count; ++i) right &= y[i] == leaky(x[i], 0.1f);
      leaky_relu(x.data(), x.data(), count, 0.1f);
      CHECK(right);
      CHECK(same_bits(x.data(), y.data(), count));
    }
  }
}

TEST_CASE("an arena gives aligned zeros until it is full") {
  for (const size_t size : {size_t{1}, size_t{1000}, size_t{5} << 20}) {
    Arena arena(size);
    CHECK(arena.capacity() >= size);
    CHECK(arena.used() == 0);
    const auto* a = static_cast<unsigned char*>(arena.take(1));
    CHECK(reinterpret_cast<uintptr_t>(a) % 64 == 0);
    const size_t rest = arena.capacity() - arena.used();
    auto* const b = static_cast<unsigned char*>(rest ? arena.take(rest) : nullptr);
    CHECK(arena.used() == arena.capacity());
    if (b) {
      CHECK(b == a + 64);
      size_t sum = 0;
      for (size_t i = 0; i < rest; ++i) sum += b[i];
      CHECK(sum == 0);
      b[rest - 1] = 1;
    }
    CHECK_THROWS_AS(arena.take(1), std::bad_alloc);
  }
  CHECK_THROWS_AS(Arena(size_t{1} << 60), std::bad_alloc);
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("memory of an arena that nobody touched is not resident") {
  const auto resident = [] {
    std::ifstream file("/proc/self/statm");
    size_t all, pages;
    file >> all >> pages;
    return pages * 4096;
  };
  const size_t before = resident();
  Arena arena(size_t{256} << 20);
  auto* const some = static_cast<char*>(arena.take(size_t{200} << 20));
  some[0] = 1;
  CHECK(resident() < before + (size_t{16} << 20));
}
#endif

TEST_CASE("many threads multiply with the same weights at once") {
  Problem p({3, 32, 64, 9}, Precision::half);
  Floats right = p.multiply();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        Floats y = p.multiply();
        wrong += !same_bits(y.data(), right.data(), y.size());
      }
    });
  for (auto& t : threads) t.join();
  CHECK(wrong == 0);
}
