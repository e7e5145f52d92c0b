#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <utility>

#include "fakes.h"
#include "nn/player.h"

namespace {

std::unique_ptr<nn::Stream> constant(float value, int block,
                                     std::shared_ptr<std::atomic<int>> alive = {}) {
  nn::StreamConfig c;
  c.timing = {block, 64, false, false};
  auto engine = std::make_shared<FakeEngine>(1, 1, block);
  if (alive) ++*alive;
  auto guard = std::shared_ptr<void>(nullptr, [alive](void*) {
    if (alive) --*alive;
  });
  engine->after = [value, block, guard](const float* const*, float* const* out) {
    std::fill_n(out[0], block, value);
  };
  return std::make_unique<nn::Stream>(engine, c);
}

// Plays vectors of 64 samples of silence through `player`; what comes out is added to `heard`.
void listen(nn::Player<float>& player, std::vector<float>& heard, int vectors) {
  for (int i = 0; i < vectors; ++i) {
    std::vector<float> row(64, 0.0f);
    float* rows = row.data();
    player.process(&rows, &rows, 64);
    heard.insert(heard.end(), row.begin(), row.end());
  }
}

}  // namespace

TEST_CASE("a change of stream crossfades once the new one has filled its latency") {
  nn::Player<float> player(1, 1);
  std::vector<float> heard;
  const auto play = [&](int vectors) { listen(player, heard, vectors); };
  play(2);
  CHECK(heard.back() == 0);
  player.play(constant(1, 512));
  CHECK_FALSE(player.settled());
  play(40);
  CHECK(player.settled());
  CHECK(heard.back() == 1);
  const size_t change = heard.size();
  player.play(constant(-1, 1024));  // another block size, another latency
  play(60);
  CHECK(heard.back() == -1);
  for (size_t i = change; i < change + 1024 - 64; ++i)
    REQUIRE(heard[i] == 1);  // the old one plays on
  for (size_t i = change; i < heard.size(); ++i) REQUIRE(std::abs(heard[i] - heard[i - 1]) < 0.02f);
  player.play(nullptr);
  play(20);
  CHECK(heard.back() == 0);
}

TEST_CASE("a change that has not been heard gives way to a newer one") {
  nn::Player<float> player(1, 1);
  std::vector<float> heard;
  const auto play = [&](int vectors) { listen(player, heard, vectors); };
  player.play(constant(1, 8192));  // sounds after 8128 samples
  play(1);
  player.play(constant(2, 8192));
  play(1);
  player.play(constant(3, 256));
  play(8);
  CHECK(heard.back() == 3);
  CHECK(player.settled());
  player.play(constant(4, 256));
  play(3);  // has filled its latency of 192
  play(1);  // and is fading in
  player.play(constant(5, 64));
  CHECK(heard.back() > 3);
  const size_t change = heard.size() - 1;
  play(16);
  CHECK(heard.back() == 5);
  for (size_t i = change + 1; i < heard.size(); ++i)
    REQUIRE(std::abs(heard[i] - heard[i - 1]) < 0.02f);
}

TEST_CASE("streams of fewer channels than the player fade, and the rest is silent") {
  nn::Player<float> player(2, 1);
  Planes<float> in(2, 64), out(3, 64);
  const auto wide = [](float value) {
    nn::StreamConfig c;
    c.timing = {64, 64, false, false};
    c.inputs = 2;
    c.outputs = 3;
    auto engine = std::make_shared<FakeEngine>(2, 3, 64);
    engine->after = [value](const float* const*, float* const* rows) {
      for (int i = 0; i < 3; ++i) std::fill_n(rows[i], 64, value);
    };
    return std::make_unique<nn::Stream>(engine, c);
  };
  player.play(constant(1, 64));
  for (int i = 0; i < 10; ++i) player.process(in.at(0).data(), out.at(0).data(), 64);
  CHECK(out[0].back() == 1);
  player.grow(2, 3);
  out[1].assign(64, 9);
  out[2].assign(64, 9);
  player.process(in.at(0).data(), out.at(0).data(), 64);
  CHECK(out[1].back() == 0);
  CHECK(out[2].back() == 0);
  player.play(wide(5));
  float last = 0, step = 0;
  for (int i = 0; i < 10; ++i) {
    player.process(in.at(0).data(), out.at(0).data(), 64);
    for (const float x : out[2]) step = std::max(step, std::abs(x - std::exchange(last, x)));
  }
  CHECK(step < 0.05f);
  for (int c = 0; c < 3; ++c) CHECK(out[size_t(c)].back() == 5);
  player.play(constant(1, 64));
  for (int i = 0; i < 10; ++i) player.process(in.at(0).data(), out.at(0).data(), 64);
  CHECK(out[0].back() == 1);
  CHECK(out[2].back() == 0);
  player.restart(wide(7));
  player.process(in.at(0).data(), out.at(0).data(), 64);
  for (int c = 0; c < 3; ++c) CHECK(out[size_t(c)].front() == 7);
}

TEST_CASE("streams of fewer examples than the player find their rows, and the rest is silent") {
  nn::Player<float> player(2, 2, 3);
  Planes<float> in(2 * 4, 64), out(2 * 4, 64);
  for (int row = 0; row < 8; ++row) in[size_t(row)].assign(64, static_cast<float>(1 << row));
  const auto doubled = [](int batch, float gain) {  // 2 channels: each input times `gain`
    nn::StreamConfig c;
    c.timing = {64, 64, false, false};
    c.inputs = c.outputs = 2 * batch;
    auto engine = std::make_shared<FakeEngine>(2 * batch, 2 * batch, 64);
    engine->after = [batch, gain](const float* const* x, float* const* y) {
      for (int row = 0; row < 2 * batch; ++row)
        for (int i = 0; i < 64; ++i) y[row][i] = gain * x[row][i];
    };
    return std::make_unique<nn::Stream>(engine, c);
  };
  const auto play = [&](int vectors) {
    for (int i = 0; i < vectors; ++i) player.process(in.at(0).data(), out.at(0).data(), 64);
  };
  const auto heard = [&](size_t row) { return out[row].back(); };
  player.play(doubled(1, 1), 1);
  play(10);
  CHECK(heard(0) == 1);  // channel 0 of the only example
  CHECK(heard(3) == 8);  // channel 1: row 1 · 3
  for (const size_t row : {1, 2, 4, 5}) CHECK(heard(row) == 0);
  player.play(doubled(3, 2), 3);
  play(10);
  for (size_t row = 0; row < 6; ++row) CHECK(heard(row) == 2.f * static_cast<float>(1 << row));
  player.grow(2, 2, 4);  // what plays has three examples, and rows lie anew
  play(1);
  CHECK(heard(2) == 8);
  CHECK(heard(3) == 0);
  CHECK(heard(4) == 32);  // channel 1 of example 0
  CHECK(heard(7) == 0);
  player.restart(doubled(4, 3), 4);
  play(1);
  for (size_t row = 0; row < 8; ++row) CHECK(heard(row) == 3.f * static_cast<float>(1 << row));
  player.play(doubled(2, 1), 2);
  float last = heard(0), step = 0;
  for (int i = 0; i < 10; ++i) {
    play(1);
    for (const float x : out[0]) step = std::max(step, std::abs(x - std::exchange(last, x)));
  }
  CHECK(step < 0.05f);  // it fades
  CHECK(heard(0) == 1);
  CHECK(heard(6) == 0);
}

TEST_CASE("streams that are no longer played are freed by the control thread") {
  auto alive = std::make_shared<std::atomic<int>>(0);
  {
    nn::Player<float> player(1, 1);
    std::atomic<bool> stop{false};
    std::thread audio([&] {
      std::vector<float> row(64);
      float* rows = row.data();
      while (!stop) player.process(&rows, &rows, 64);
    });
    for (int i = 0; i < 300; ++i) {
      player.play(constant(float(i), 64, alive));
      while (i % 3 == 0 && !player.settled()) std::this_thread::yield();
    }
    while (!player.settled()) std::this_thread::yield();
    player.collect();
    while (*alive > 2) std::this_thread::yield();  // on threads of their own
    stop = true;
    audio.join();
  }
  while (*alive > 0) std::this_thread::yield();
}

TEST_CASE("callbacks longer than 8192 samples are cut") {
  nn::Player<double> player(1, 1);
  player.play(constant(1, 64));
  std::vector<double> row(313 * 64, 0.5);
  double* rows = row.data();
  player.process(&rows, &rows, 313 * 64);
  CHECK(row.back() == 1);
}

TEST_CASE("the crossfade takes 5 ms at any sample rate") {
  for (const double rate : {44100.0, 192000.0}) {
    nn::Player<float> player(1, 1);
    nn::StreamConfig c;
    c.timing = {64, 64, false, false};
    c.sample_rate = rate;
    auto engine = std::make_shared<FakeEngine>(1, 1, 64);
    player.play(std::make_unique<nn::Stream>(engine, c));
    std::vector<float> heard;
    for (int i = 0; i < 40; ++i) {
      std::vector<float> row(64, 1.0f);
      float* rows = row.data();
      if (i == 4)
        player.play(std::make_unique<nn::Stream>(
            [] {
              auto silent = std::make_shared<FakeEngine>(1, 1, 64);
              silent->gain = 0;
              return silent;
            }(),
            c));
      player.process(&rows, &rows, 64);
      heard.insert(heard.end(), row.begin(), row.end());
    }
    const auto between =
        std::count_if(heard.begin(), heard.end(), [](float x) { return x > 0 && x < 1; });
    CHECK(double(between) == Approx(rate * 0.005).margin(3));
  }
}

TEST_CASE("disabling reaches what plays and what is about to") {
  nn::Player<float> player(1, 1);
  std::vector<float> row(64);
  float* rows = row.data();
  const auto play = [&](int callbacks) {
    for (int i = 0; i < callbacks; ++i) player.process(&rows, &rows, 64);
  };
  player.play(constant(1, 64));
  play(20);
  player.play(constant(2, 8192));  // fills its latency for a long time yet
  play(2);
  player.enable(false);
  play(20);
  CHECK(row[63] == 0);
  play(300);
  CHECK(player.settled());
  CHECK(row[63] == 0);
  player.enable(true);
  play(300);
  CHECK(row[63] == 2);
}
