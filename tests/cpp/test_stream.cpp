#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "nn/error.h"
#include "stream_fixtures.h"

TEST_CASE("the output does not depend on how the input is cut, from 1 to 8192 samples") {
  const int block = GENERATE(1, 48, 512, 3000);
  auto in = noise(2, 40'000, 1);
  auto stream_of = [&] {
    auto c = config(block, 8192, false, 2);
    c.timing.varies = true;
    auto engine = std::make_shared<FakeEngine>(2, 2, block);
    auto memory = std::make_shared<float>(0.0f);  // a model with state: order matters
    engine->after = [memory, block](const float* const*, float* const* out) {
      for (int i = 0; i < block; ++i) *memory = out[0][i] = 0.9f * *memory + out[0][i];
    };
    return std::make_unique<nn::Stream>(engine, c);
  };
  auto whole = stream_of();
  const auto expected = run(*whole, in, 2, [] { return 64; });
  std::mt19937 random(3);
  for (const int largest : {1, 7, 64, 1000, 8192}) {
    auto stream = stream_of();
    std::uniform_int_distribution<int> size(1, largest);
    CHECK(run(*stream, in, 2, [&] { return size(random); }).data == expected.data);
  }
}

TEST_CASE("in and out may be the same memory, crossed over") {
  auto c = config(64, 64, false, 2);
  nn::Stream stream(std::make_shared<FakeEngine>(2, 2, 64), c);
  auto in = noise(2, 64, 5);
  auto rows = in;
  const float* from[] = {rows[0].data(), rows[1].data()};
  float* to[] = {rows[1].data(), rows[0].data()};
  stream.process(from, to, 64);
  CHECK(rows[1] == in[0]);
  CHECK(rows[0] == in[1]);
}

TEST_CASE("doubles and floats give the same") {
  auto c = config(128, 64, false);
  nn::Stream a(std::make_shared<FakeEngine>(1, 1, 128), c),
      b(std::make_shared<FakeEngine>(1, 1, 128), c);
  auto in = noise(1, 640, 9);
  for (int at = 0; at < 640; at += 64) {
    std::vector<double> wide(in[0].begin() + at, in[0].begin() + at + 64), wide_out(64);
    std::vector<float> out(64);
    const float* f = in[0].data() + at;
    float* fo = out.data();
    const double* d = wide.data();
    double* dd = wide_out.data();
    a.process(&f, &fo, 64);
    b.process(&d, &dd, 64);
    CHECK(std::vector<double>(out.begin(), out.end()) == wide_out);
  }
}

TEST_CASE(
    "a model that throws or returns rubbish is silent for that block, once told, then plays") {
  const bool throws = GENERATE(true, false);
  const int block = 128;
  auto engine = std::make_shared<FakeEngine>(1, 1, block);
  if (throws)
    engine->before = [&e = *engine] {
      if (e.calls == 4 || e.calls == 5) throw std::runtime_error("out of cheese");
    };
  else
    engine->after = [&e = *engine](const float* const*, float* const* out) {
      if (e.calls == 4 || e.calls == 5) out[0][7] = std::numeric_limits<float>::quiet_NaN();
    };
  nn::Stream stream(engine, config(block, block, false));
  auto in = noise(1, 20 * block, 2);
  auto out = run(stream, in, 1, [&] { return block; });
  for (const float x : out[0]) REQUIRE(std::isfinite(x));
  for (size_t i = size_t(10 * block); i < size_t(20 * block); ++i) REQUIRE(out[0][i] == in[0][i]);
  for (size_t i = size_t(4 * block) + 120; i < size_t(5 * block); ++i)
    REQUIRE(std::abs(out[0][i]) < 1);
  CHECK(stream.stats().errors == 2);
  const auto line = stream.next_message();
  REQUIRE(line);
  CHECK(line->find(throws ? "out of cheese" : "not numbers") != std::string::npos);
  CHECK_FALSE(stream.next_message());
}

TEST_CASE("commands apply between blocks, in order, and a change is joined without a click") {
  const int block = 2048;
  auto engine = std::make_shared<FakeEngine>(1, 1, block);
  nn::Stream stream(engine, config(block, block, false));
  Planes<float> in(1, 4 * block);
  std::fill(in[0].begin(), in[0].end(), 1.0f);
  Planes<float> out(1, 4 * block);
  std::vector<int> order;
  for (int b = 0; b < 4; ++b) {
    if (b == 2)
      for (int i = 0; i < 3; ++i)
        stream.post([&, i] { order.push_back(i), engine->gain = -1.0f; }, true);
    if (b == 3) stream.post([] { throw nn::Error("No such thing."); });
    stream.process(in.at(b * block).data(), out.at(b * block).data(), block);
  }
  CHECK(order == std::vector<int>{0, 1, 2});
  CHECK(out[0][size_t(2 * block - 1)] == 1);
  CHECK(out[0][size_t(3 * block - 1)] == -1);
  CHECK(largest_step(out[0], 1, out[0].size()) < 0.02f);
  CHECK(*stream.next_message() == "No such thing.");
}

TEST_CASE("commands apply without audio: by a worker, or by flush") {
  int applied = 0;
  auto c = config(64, 64, true);
  nn::Stream threaded(std::make_shared<FakeEngine>(1, 1, 64), c);
  threaded.post([&] { ++applied; });
  CHECK(c.pool->run_one());
  nn::Stream synchronous(std::make_shared<FakeEngine>(1, 1, 64), config(64, 64, false));
  synchronous.post([&] { ++applied; });
  CHECK(synchronous.flush());
  CHECK(applied == 2);
  CHECK(synchronous.wait_idle(1));
}

TEST_CASE("blocks that meet a flush on another thread: offline they wait, live they come late") {
  const bool offline = GENERATE(true, false);
  auto c = config(64, 64, false);
  c.offline = offline;
  nn::Stream stream(std::make_shared<FakeEngine>(1, 1, 64), c);
  std::vector<float> row(64);
  float* rows = row.data();
  int64_t wrong = 0;
  const auto play = [&](int blocks) {
    for (int i = 0; i < blocks; ++i) {
      row.assign(64, 1.0f);
      stream.process(&rows, &rows, 64);
      wrong += row[63] != 1;
    }
  };
  for (int round = 0; round < 5; ++round) {
    std::atomic<bool> inside{false}, entering{false}, released{false};
    stream.post([&] {
      inside = true;
      while (!entering) std::this_thread::yield();
      if (offline)  // the audio thread is on its way to wait for us
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
      else
        while (!released) std::this_thread::yield();
    });
    std::thread control([&] { CHECK(stream.flush()); });
    while (!inside) std::this_thread::yield();
    entering = true;
    play(offline ? 1 : 500);  // live: more than the backlog holds
    released = true;
    control.join();
    if (offline) CHECK(wrong == 0);
    if (!offline) CHECK(wrong == 500);
    CHECK(stream.wait_idle(10));
    play(20);  // the ramp back
    wrong = 0;
    play(1000);
    CHECK(wrong == 0);
    wrong = 0;
  }
  CHECK((stream.stats().dropped > 0) == !offline);
}

TEST_CASE("disabled, the model rests; enabled, it plays again from the next block on") {
  const int block = 64;
  auto engine = std::make_shared<FakeEngine>(1, 1, block);
  nn::Stream stream(engine, config(block, block, false));
  std::vector<float> ones(block, 1.0f), out(block);
  const float* in = ones.data();
  float* to = out.data();
  const auto blocks = [&](int n) {
    for (int i = 0; i < n; ++i) stream.process(&in, &to, block);
  };
  blocks(10);
  CHECK(out[63] == 1);
  stream.enable(false);
  blocks(10);
  CHECK(out[63] == 0);
  CHECK(engine->calls == 10);
  stream.enable(true);
  blocks(10);
  CHECK(out[63] == 1);
  CHECK(stream.stats().misses == 0);
  CHECK(stream.stats().dropped == 0);
}

TEST_CASE("sizes that make no sense are refused with a sentence") {
  auto engine = std::make_shared<FakeEngine>(1, 1, 64);
  const auto refuse = [&](auto&& spoil) {
    auto c = config(64, 64, false);
    spoil(c);
    CHECK_THROWS_AS(nn::Stream(engine, c), nn::Error);
  };
  refuse([](auto& c) { c.timing.block = 0; });
  refuse([](auto& c) { c.timing.vector = 65537; });
  refuse([](auto& c) { c.inputs = -1; });
  refuse([](auto& c) { c.sample_rate = 0; });
}

TEST_CASE("the block that is heard first is computed first, whatever commands wait") {
  auto pool = std::make_shared<nn::Pool>(0);
  std::string order;
  const auto make = [&](char name, int block) {
    auto c = config(block, 64, true);
    c.pool = pool;
    auto engine = std::make_shared<FakeEngine>(1, 1, block);
    engine->before = [&order, name] { order += name; };
    return std::make_unique<nn::Stream>(engine, c);
  };
  auto soon = make('s', 64), later = make('l', 4096);
  std::vector<float> row(64);
  float* rows = row.data();
  for (int i = 0; i < 64; ++i) later->process(&rows, &rows, 64);
  for (int i = 0; i < 10; ++i) later->post([] {});
  soon->post([] {});
  soon->process(&rows, &rows, 64);
  while (pool->run_one()) {
  }
  CHECK(order == "sl");
}
