// Chains of signals.
#include <atomic>
#include <thread>

#include "test_kernel.h"

namespace {

using Channels = std::vector<std::vector<double>>;

std::vector<double> constant(double value, int frames = 64) {
  return std::vector<double>(size_t(frames), value);
}

std::vector<double> firsts(const Channels& channels) {
  std::vector<double> all;
  for (const auto& channel : channels) all.push_back(channel.at(0));
  return all;
}

}  // namespace

TEST_CASE_METHOD(Kernel, "a chain runs in order") {
  auto *const a = mk::create("probe~ 2 2 @gain 2"), *const b = mk::create("probe~ 1 1 @gain 10");
  mk::Chain chain;
  const int left = chain.add_source(1, false), right = chain.add_source(1, false);
  REQUIRE(chain.connect(left, a, 0));
  REQUIRE(chain.connect(right, a, 1));
  REQUIRE(chain.connect(a, 0, b, 0));
  REQUIRE(chain.connect(a, 1, b, 0));
  CHECK_FALSE(chain.connect(a, 2, b, 0));  // sends no signal
  CHECK_FALSE(chain.connect(a, 0, b, 1));  // no such inlet
  CHECK_FALSE(chain.process());
  mk::SignalSettings settings;
  settings.sample_rate = 44100;
  REQUIRE(chain.compile(settings));
  CHECK(sent(a) == Strings{"2 dsp 1 1 44100. 64"});
  REQUIRE(chain.process({constant(1), constant(3)}));
  CHECK(firsts(chain.output(a, 0)) == std::vector<double>{2});
  CHECK(firsts(chain.output(b, 0)) == std::vector<double>{80});
  settings.vector_size = 16;
  REQUIRE(chain.compile(settings));
  chain.process({constant(1, 16), constant(0, 16)});
  CHECK(chain.output(b, 0).at(0) == constant(20, 16));
  CHECK(chain.compiled_times(a) == 2);
  CHECK(chain.performs(a));
  chain.off();
  CHECK_FALSE(chain.process());
  chain.connect(b, 0, a, 0);
  CHECK_FALSE(chain.compile());
  CHECK(mk::console_has(mk::Line::error, "signal loop"));
  CHECK(mk::take_violations().empty());
}

TEST_CASE_METHOD(Kernel, "multichannel cords adapt") {
  auto *const a = mk::create("probe~ 1 1 mc"), *const b = mk::create("probe~ 1 1 mc"),
              *const plain = mk::create("probe~ 1 1");
  mk::Chain chain;
  const int source = chain.add_source(3);
  chain.connect(source, a, 0);
  chain.connect(a, 0, b, 0);
  chain.connect(a, 0, plain, 0);
  REQUIRE(chain.compile());
  CHECK(mk::inlet_type(a, 0) == "multichannelsignal");
  chain.process({constant(1), constant(2), constant(3)});
  CHECK(firsts(chain.output(b, 0)) == std::vector<double>{1, 2, 3});
  CHECK(firsts(chain.output(plain, 0)) == std::vector<double>{1});
  chain.set_source_channels(source, 5);
  mk::send(b, "channels 2");
  REQUIRE(chain.compile());
  CHECK(chain.output_channels(a, 0) == 5);
  CHECK(chain.output_channels(b, 0) == 2);
  mk::send(b, "channels 5000");
  chain.compile();
  CHECK(violation() == "channels");
  chain.disconnect(a, 0, b, 0);
  mk::send(b, "channels 0");
  chain.compile();
  CHECK(chain.output_channels(b, 0) == 1);
}

TEST_CASE_METHOD(Kernel, "inputs and outputs may share memory") {
  auto* const x = mk::create("probe~ 2 2 @gain 3");
  mk::Chain chain;
  for (int i = 0; i < 2; ++i) chain.connect(chain.add_source(1), x, i);
  mk::SignalSettings settings;
  settings.in_place = mk::SignalSettings::same;
  chain.compile(settings);
  chain.process({constant(1), constant(2)});
  CHECK(firsts(chain.output(x, 0)) == std::vector<double>{3});
  CHECK(firsts(chain.output(x, 1)) == std::vector<double>{6});
  // Channel by channel it writes over what it has yet to read.
  settings.in_place = mk::SignalSettings::crossed;
  chain.compile(settings);
  chain.process({constant(1), constant(2)});
  CHECK(firsts(chain.output(x, 1)) == std::vector<double>{9});
}

TEST_CASE_METHOD(Kernel, "the audio thread is watched") {
  auto* const x = mk::create("probe~ 1 1");
  mk::Chain chain;
  chain.add(x);
  chain.compile();
  const auto process = [&] { std::thread([&] { chain.process(); }).join(); };
  process();
  CHECK(mk::take_violations().empty());
  mk::send(x, "wrong post");
  process();
  CHECK(violation() == "post-on-audio");
  mk::send(x, "wrong send");
  mk::take_outputs(x);
  process();
  CHECK(mk::outputs(x).at(0).thread == mk::Thread::audio);
  CHECK(violation() == "outlet-on-audio");
  mk::send(x, "wrong nan");
  process();
  CHECK(violation() == "not-a-number");
}

TEST_CASE_METHOD(Kernel, "an object leaves a running chain") {
  auto *const a = mk::create("probe~ 1 1"), *const b = mk::create("probe~ 1 1");
  mk::Chain chain;
  chain.connect(chain.add_source(1), a, 0);
  chain.connect(a, 0, b, 0);
  chain.compile();
  mk::destroy(a);
  CHECK(chain.process({constant(1)}));
  CHECK(firsts(chain.output(b, 0)) == std::vector<double>{0});
  CHECK(mk::take_violations().empty());
  mk::send(b, "wrong careless");
  mk::destroy(b);
  CHECK(violation() == "dsp-free");
}

TEST_CASE_METHOD(Kernel, "sound, messages and compiling at once") {
  auto *const a = mk::create("probe~ 1 1"), *const b = mk::create("probe~ 1 1 mc");
  mk::Chain chain;
  const int source = chain.add_source(2);
  chain.connect(source, a, 0);
  chain.connect(a, 0, b, 0);
  mk::SignalSettings settings;
  settings.compile_while_running = true;
  REQUIRE(chain.compile(settings));
  std::atomic<bool> stop{false};
  std::thread audio([&] {
    while (!stop) {
      chain.process({constant(1), constant(1)});
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 200; ++i) {
    mk::send_later(a, "gain 2, getgain, bang, clock 0, qelem, defer 1");
    mk::send(b, "getgain, gain 0.5, bang, thread");
    if (i % 20 == 0) {
      settings.vector_size = 16 << (i / 20 % 3);
      chain.set_source_channels(source, 1 + i / 20);
      chain.compile(settings);
      auto* const c = mk::create("probe~ 1 1");
      chain.connect(b, 0, c, 0);
      chain.compile(settings);
      mk::destroy(c);
    }
    mk::run_main(0.2);
  }
  stop = true;
  audio.join();
  mk::run_main(5);
  for (const auto& v : mk::take_violations()) FAIL_CHECK(v.kind + ": " + v.text);
}
