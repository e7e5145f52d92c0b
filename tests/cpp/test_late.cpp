// What is heard when a block is not there.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <thread>

#include "stream_fixtures.h"

TEST_CASE("a late block is silent, held or bypassed, joined without a click") {
  const auto late = GENERATE(nn::Late::silence, nn::Late::hold, nn::Late::bypass);
  const int block = 1024, vector = 64;
  auto c = config(block, vector, true);
  c.late = late;
  auto engine = std::make_shared<FakeEngine>(1, 1, block);
  engine->gain = 0.5f;
  nn::Stream stream(engine, c);
  const int64_t length = 40 * block;
  Planes<float> in(1, length), out(1, length);
  for (int64_t i = 0; i < length; ++i)
    in[0][size_t(i)] = std::sin(2 * M_PI * 100 * double(i) / 48000) * 0.9f;
  for (int64_t at = 0; at < length; at += vector) {
    stream.process(in.at(at).data(), out.at(at).data(), vector);
    const bool stalled = at > 10 * block && at < 16 * block;
    if (!stalled)
      while (c.pool->run_one()) {
      }
  }
  const auto stats = stream.stats();
  CHECK(stats.misses >= 4);
  CHECK(stats.dropped == 0);
  CHECK(stats.blocks == 40);  // late blocks were run all the same
  const size_t gap = size_t(14 * block), after = size_t(20 * block);
  const int64_t latency = stream.latency();
  for (size_t i = gap; i < gap + 512; ++i) {
    if (late == nn::Late::silence) CHECK(out[0][i] == 0);
    if (late == nn::Late::hold) CHECK(out[0][i] == Approx(out[0][gap]));
    if (late == nn::Late::bypass)
      CHECK(out[0][i] == Approx(in[0][i - size_t(latency)]).margin(1e-6));
  }
  for (size_t i = after; i < after + 512; ++i)
    CHECK(out[0][i] == in[0][i - size_t(latency)] * 0.5f);
  // The steepest the sine gets is 0.012 a sample; 5 ms ramps over less than 2 add at most 0.02.
  CHECK(largest_step(out[0], 0, out[0].size()) < 0.035f);
}

TEST_CASE("a backlog is bounded: input is dropped, and the stream recovers in time") {
  const int block = 256;
  auto c = config(block, 64, true);
  auto engine = std::make_shared<FakeEngine>(1, 1, block);
  nn::Stream stream(engine, c);
  auto in = noise(1, 600 * block, 2);
  Planes<float> out(1, 600 * block);
  for (int64_t at = 0; at < 600 * block; at += 64) {
    stream.process(in.at(at).data(), out.at(at).data(), 64);
    if (at > 500 * block)
      while (c.pool->run_one()) {
      }
  }
  CHECK(stream.stats().dropped > 300);
  for (size_t i = size_t(560 * block); i < size_t(590 * block); ++i)
    REQUIRE(out[0][i] == in[0][i - size_t(stream.latency())]);
}

TEST_CASE("an offline host waits for late blocks instead of missing them") {
  auto c = config(256, 64, true);
  c.pool = std::make_shared<nn::Pool>(1);
  c.offline = true;
  auto engine = std::make_shared<FakeEngine>(1, 1, 256);
  engine->before = [] { std::this_thread::sleep_for(std::chrono::microseconds(300)); };
  nn::Stream stream(engine, c);
  auto in = noise(1, 100 * 256, 4);
  auto out = run(stream, in, 1, [] { return 64; });
  for (size_t i = size_t(stream.latency()); i < out[0].size(); ++i)
    REQUIRE(out[0][i] == in[0][i - size_t(stream.latency())]);
  CHECK(stream.stats().misses == 0);
  CHECK(stream.stats().waits > 0);
}

TEST_CASE(
    "a model that never returns: silence, one line, other streams play, deletion does not wait") {
  auto pool = std::make_shared<nn::Pool>(1);
  auto release = std::make_shared<std::atomic<bool>>(false);
  auto c = config(64, 64, true);
  c.pool = pool;
  auto hung = std::make_shared<FakeEngine>(1, 1, 64);
  hung->before = [release] {
    while (!*release) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  auto stuck = std::make_unique<nn::Stream>(hung, c);
  std::vector<float> row(64, 1.0f);
  float* to = row.data();
  for (int i = 0; i < 1000; ++i) {
    row.assign(64, 1.0f);
    stuck->process(&to, &to, 64);
    REQUIRE(row[63] == 0);
  }
  std::string told;
  for (int i = 0; i < 400 && told.find("computing one block") == std::string::npos; ++i) {
    while (auto line = stuck->next_message()) told += *line;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(told.find("computing one block") != std::string::npos);
  c.offline = true;
  nn::Stream good(std::make_shared<FakeEngine>(1, 1, 64), c);
  for (int i = 0; i < 10; ++i) {
    row.assign(64, 1.0f);
    good.process(&to, &to, 64);
  }
  CHECK(row[63] == 1);
  stuck.reset();  // would hang if it waited: only the next line lets the model return
  *release = true;
}

TEST_CASE("what is heard in a gap may change without a click, also by disabling") {
  const auto first = GENERATE(nn::Late::bypass, nn::Late::hold);
  auto c = config(256, 64, true);
  c.late = first;
  nn::Stream stream(std::make_shared<FakeEngine>(1, 1, 256), c);
  std::vector<float> heard, ones(64, 1.0f), out(64);
  const float* from = ones.data();
  float* to = out.data();
  const auto play = [&](int callbacks, bool compute) {
    for (int i = 0; i < callbacks; ++i) {
      stream.process(&from, &to, 64);
      heard.insert(heard.end(), out.begin(), out.end());
      while (compute && c.pool->run_one()) {
      }
    }
  };
  play(40, true);
  play(40, false);  // nothing is computed: a gap, in which the substitute is 1
  CHECK(heard.back() == Approx(1));
  SECTION("by another policy") { stream.set_late(nn::Late::silence); }
  SECTION("by disabling") { stream.enable(false); }
  play(40, false);
  CHECK(heard.back() == 0);
  stream.set_late(nn::Late::bypass);
  stream.enable(true);
  play(80, true);
  CHECK(largest_step(heard, 1024, heard.size()) < 0.02f);
}

TEST_CASE("an offline host waits for a block that does not come once, not once a callback") {
  auto c = config(256, 64, true);
  c.offline = true;
  c.offline_wait = 0.05;  // the pool has no threads: nothing ever comes
  nn::Stream stream(std::make_shared<FakeEngine>(1, 1, 256), c);
  std::vector<float> row(64);
  float* rows = row.data();
  for (int i = 0; i < 40; ++i) stream.process(&rows, &rows, 64);
  CHECK(stream.stats().waits == 1);
  CHECK(stream.stats().misses > 2);
}

TEST_CASE("what is no number passes through no gap, and does not stay in it") {
  auto c = config(256, 64, true);
  c.late = nn::Late::bypass;
  nn::Stream stream(std::make_shared<FakeEngine>(1, 1, 256), c);
  std::vector<float> heard;
  for (int i = 0; i < 100; ++i) {  // no worker: everything is bypassed
    std::vector<float> row(64, 1.0f);
    if (i == 3) row[5] = std::nanf("");
    if (i == 7) row[0] = INFINITY;
    float* rows = row.data();
    if (i == 60) stream.enable(false);
    stream.process(&rows, &rows, 64);
    heard.insert(heard.end(), row.begin(), row.end());
  }
  for (const float x : heard) REQUIRE(std::isfinite(x));
  CHECK(heard[59 * 64] == 1);
  CHECK(heard.back() == 0);
}
