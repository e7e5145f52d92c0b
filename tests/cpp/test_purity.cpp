// The audio thread allocates nothing, locks nothing, waits for nothing and prints nothing, in a
// million callbacks with everything going on around it that goes on in a bad concert.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <mutex>
#include <thread>

#include "fakes.h"
#include "interpose.h"
#include "nn/player.h"
#include "soak.h"

namespace {

// Late now and then, fails now and then; allocates as models do.
struct BadModel : FakeEngine {
  using FakeEngine::FakeEngine;
  void run(const float* const* in, float* const* out) override {
    FakeEngine::run(in, out);
    std::vector<float> scratch(100);
    if (calls % 50 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (calls % 101 == 0) throw std::runtime_error("a bad note");
    if (calls % 103 == 0) out[0][0] = std::sqrt(-scratch[0] - 1);
  }
};

}  // namespace

TEST_CASE("the audio thread does nothing forbidden in a million callbacks") {
  const int channels = 2;
  auto pool = std::make_shared<nn::Pool>(2);
  nn::Player<float> player(channels, channels);
  std::atomic<bool> stop{false};
  std::atomic<int64_t> misses{0}, errors{0}, swaps{0}, changes{0};

  std::thread control([&] {
    for (int round = 0; !stop; ++round) {
      nn::StreamConfig c;
      c.timing = {128 << (round % 3), 64, true, true};
      c.inputs = c.outputs = channels;
      c.late = static_cast<nn::Late>(round % 3);
      c.pool = pool;
      auto engine = std::make_shared<BadModel>(channels, channels, c.timing.block);
      auto stream = std::make_unique<nn::Stream>(engine, c);
      nn::Stream* current = stream.get();
      player.play(std::move(stream));
      ++swaps;
      for (int i = 0; i < 60 && !stop; ++i) {
        for (int k = 0; k < 50; ++k)
          current->post([engine, k] { engine->gain = float(k % 3); }, k % 7 == 0);
        ++changes;
        if (i % 20 == 5) current->enable(false);
        if (i % 20 == 6) current->enable(true);
        current->set_late(static_cast<nn::Late>(i % 3));
        while (current->next_message()) {
        }
        player.collect();
        std::this_thread::sleep_for(std::chrono::microseconds(500));
      }
      misses += current->stats().misses;
      errors += current->stats().errors;
    }
  });

  std::mt19937 random(11);
  std::uniform_int_distribution<int> size(1, 64);
  auto in = noise(channels, 64, 1);
  Planes<float> out(channels, 64);
  const auto from = in.at(0);
  const auto to = out.at(0);
  const long before = watch::violations();
  const auto bad_enough = [&] { return misses > 100 && errors > 5 && swaps > 10 && changes > 100; };
  const auto give_up =
      std::chrono::steady_clock::now() + std::chrono::minutes(std::getenv("NN_SOAK") ? 60 : 10);
  int64_t i = 0;
  for (; i < repeated(1'000'000) || !bad_enough(); ++i) {
    const int n = size(random);
    {
      const watch::Guard guard;
      player.process(from.data(), to.data(), n);
    }
    if (i % 128 == 0) {  // let the others have a turn, as between two callbacks of a sound card
      std::this_thread::yield();
      if (std::chrono::steady_clock::now() > give_up) break;
    }
  }
  stop = true;
  control.join();
  INFO("last forbidden call: " << watch::last_violation());
  CHECK(watch::violations() == before);
  CHECK(i >= repeated(1'000'000));
  CHECK(bad_enough());
}

TEST_CASE("the check sees what it is made to see") {
  const auto seen = [](auto&& misdeed) {
    const long before = watch::violations();
    {
      const watch::Guard guard;
      misdeed();
    }
    return watch::violations() > before;
  };
  std::mutex mutex;
  CHECK(seen([] {
    int* volatile number = new int(1);
    delete number;
  }));
  CHECK(seen([&] { const std::lock_guard lock(mutex); }));
  CHECK(seen([] { std::thread([] {}).join(); }));
  CHECK(seen([] { std::fputs("", stdout), std::fflush(stdout); }));
  CHECK(seen([] { std::this_thread::sleep_for(std::chrono::nanoseconds(1)); }));
  CHECK(seen([] { std::vector<float> sized(1000); }));
  CHECK_FALSE(seen([] {}));
  // A stream whose model allocates in the callback (synchronous) is seen as well.
  nn::StreamConfig c;
  c.timing = {64, 64, false, false};
  auto engine = std::make_shared<BadModel>(1, 1, 64);
  nn::Stream stream(engine, c);
  std::vector<float> row(64);
  float* rows = row.data();
  CHECK(seen([&] { stream.process(&rows, &rows, 64); }));
}
