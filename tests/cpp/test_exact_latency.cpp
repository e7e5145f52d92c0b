// An impulse through an identity model comes out at the reported latency, in 10,000 random hosts.
#include <catch2/catch.hpp>
#include <memory>
#include <numeric>

#include "emulator.h"
#include "fakes.h"

namespace {

struct Draw {
  explicit Draw(uint32_t seed) : random(seed) {}
  int64_t operator()(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  template <typename T>
  T of(std::initializer_list<T> choices) {
    return *(choices.begin() + (*this)(0, static_cast<int64_t>(choices.size()) - 1));
  }
  std::mt19937 random;
};

nn::StreamConfig random_config(Draw& draw) {
  nn::StreamConfig config;
  nn::Timing& t = config.timing;
  t.block = draw(0, 1) ? 1 << draw(0, 12) : static_cast<int>(draw(1, 3000));
  t.vector = draw(0, 1) ? 1 << draw(0, 11) : static_cast<int>(draw(1, 1500));
  t.varies = draw(0, 2) == 0;
  t.threaded = draw(0, 1);
  config.inputs = config.outputs = static_cast<int>(draw(1, 4));
  config.sample_rate = draw.of({8000.0, 44100.0, 48000.0, 96000.0, 22050.5});
  config.tight = draw(0, 1);
  config.cost = static_cast<double>(draw(0, t.block)) / config.sample_rate;
  return config;
}

// What the standard latency leaves for computing a block: N, less what the callbacks' grid takes.
double time_for_a_block(const nn::Timing& t) {
  if (t.vector > t.block) return !t.varies && t.vector % t.block == 0 ? t.block : 0;
  return t.block - t.vector + (t.varies ? 1 : std::gcd(t.block, t.vector));
}

// Where the impulses of all channels come out; -1 where anything else is heard.
int64_t measured_latency(const nn::StreamConfig& wanted, Draw& draw, nn::Stats& stats) {
  auto config = wanted;
  config.pool = std::make_shared<nn::Pool>(0);
  const nn::Timing& t = config.timing;
  auto engine = std::make_shared<FakeEngine>(config.inputs, config.outputs, t.block);
  nn::Stream stream(engine, config);
  // The latency reported must hold when each block takes all the time there is for it.
  double cost = time_for_a_block(t);
  if (config.tight) cost = std::min(cost, config.cost * config.sample_rate);
  nn::Emulator host(config.pool, stream, cost);

  const int64_t impulse = draw(0, 2 * t.block + t.vector);
  const int64_t length = impulse + stream.latency() + t.block + 2 * t.vector;
  Planes<float> in(config.inputs, length), out(config.outputs, length);
  for (int c = 0; c < config.inputs; ++c) in[c][size_t(impulse)] = float(c + 1);
  for (int64_t at = 0; at < length;) {
    int n = t.varies ? int(draw(1, t.vector)) : t.vector;
    if (at + n > length) break;
    host.callback(in.at(at).data(), out.at(at).data(), n);
    at += n;
  }
  stats = stream.stats();
  const int64_t due = impulse + stream.latency();
  for (int c = 0; c < config.outputs; ++c)
    for (int64_t i = 0; i < length; ++i) {
      const bool processed = i < length - t.vector;
      if (processed && out[c][size_t(i)] != (i == due ? float(c + 1) : 0.0f)) return -1;
    }
  return due - impulse;
}

}  // namespace

TEST_CASE("an impulse comes out exactly at the reported latency") {
  Draw draw(20240229);
  for (int i = 0; i < 10'000; ++i) {
    const auto config = random_config(draw);
    nn::Stats stats;
    const int64_t measured = measured_latency(config, draw, stats);
    const auto& t = config.timing;
    INFO("configuration " << i << ": N " << t.block << " V " << t.vector << " varies " << t.varies
                          << " threaded " << t.threaded << " tight " << config.tight << " cost "
                          << config.cost * config.sample_rate);
    REQUIRE(measured >= 0);
    REQUIRE(stats.misses == 0);
  }
}

TEST_CASE("tight is the smallest latency: a little more cost than promised is late") {
  Draw draw(7);
  int shortened = 0;
  for (int i = 0; i < 300; ++i) {
    nn::StreamConfig config;
    config.timing.block = 64 << draw(0, 5);
    config.timing.vector = 1 << draw(3, 6);
    config.tight = true;
    config.sample_rate = 1000;
    const double cost = double(draw(1, config.timing.block / 2));
    config.cost = cost / config.sample_rate;
    config.pool = std::make_shared<nn::Pool>(0);
    nn::Stream stream(std::make_shared<FakeEngine>(1, 1, config.timing.block), config);
    shortened += stream.latency() < nn::latency(config.timing);
    nn::Emulator host(config.pool, stream, cost + config.timing.vector);
    std::vector<float> silence(size_t(config.timing.vector));
    const float* in = silence.data();
    std::vector<float> heard(silence);
    float* out = heard.data();
    for (int64_t at = 0; at < 8 * config.timing.block; at += config.timing.vector)
      host.callback(&in, &out, config.timing.vector);
    REQUIRE(stream.stats().misses > 0);
  }
  CHECK(shortened > 200);
}

TEST_CASE("a burst of callbacks is allowed for when it is announced") {
  nn::StreamConfig config;
  config.timing = {1024, 64, false, true, 512};
  config.tight = true;
  config.sample_rate = 1000;
  config.cost = 0.3;
  config.pool = std::make_shared<nn::Pool>(0);
  nn::Stream stream(std::make_shared<FakeEngine>(1, 1, 1024), config);
  nn::Emulator host(config.pool, stream, 300, 512);
  std::vector<float> row(64);
  float* rows = row.data();
  for (int i = 0; i < 400; ++i) host.callback(&rows, &rows, 64);
  CHECK(stream.stats().misses == 0);
  CHECK(stream.latency() < nn::latency(config.timing));
}

TEST_CASE("callbacks of any size in bursts: no block is late where tight promises it") {
  Draw draw(31);
  int shortened = 0;
  for (int i = 0; i < 3000; ++i) {
    nn::StreamConfig config;
    nn::Timing& t = config.timing;
    t.block = 64 << draw(0, 5);
    t.vector = static_cast<int>(draw(1, t.block));
    t.varies = draw(0, 1);
    t.burst = static_cast<int>(t.vector * draw(1, 4));
    config.tight = true;
    config.sample_rate = 1000;
    const auto cost = static_cast<double>(draw(0, t.block / 2));
    config.cost = cost / config.sample_rate;
    config.pool = std::make_shared<nn::Pool>(0);
    nn::Stream stream(std::make_shared<FakeEngine>(1, 1, t.block), config);
    if (stream.latency() == nn::latency(t)) continue;
    ++shortened;
    nn::Emulator host(config.pool, stream, cost, t.burst);
    std::vector<float> row(static_cast<size_t>(t.vector));
    float* rows = row.data();
    for (int64_t at = 0; at < 12 * t.block;) {
      const int n = t.varies ? static_cast<int>(draw(1, t.vector)) : t.vector;
      host.callback(&rows, &rows, n);
      at += n;
    }
    INFO("N " << t.block << " V " << t.vector << " varies " << t.varies << " burst " << t.burst
              << " cost " << cost);
    REQUIRE(stream.stats().misses == 0);
  }
  CHECK(shortened > 500);
}
