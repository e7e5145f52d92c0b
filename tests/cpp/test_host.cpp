#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <utility>

#include "fakes.h"
#include "nn/host.h"
#include "nn/offline.h"
#include "script_models.h"

TEST_CASE("a host: block sizes, latency with the declared delay, commands, reload") {
  const auto path = scripts::save("hosted", scripts::gain());
  nn::HostOptions options;
  options.block = 1000;
  options.vector = 64;
  nn::Host<double> host(path, options);
  CHECK(host.block() == 1024);
  CHECK(host.latency() == 2 * 1024 - 64);
  CHECK(std::get<double>(host.get("gain")[0]) == 1.0);
  host.set("gain", {2.0});
  CHECK(std::get<double>(host.get("gain", true)[0]) == 2.0);
  CHECK_THROWS_AS(host.set("gain", {1.0, 2.0}), nn::Error);
  CHECK_THROWS_AS(host.set("gone", {1.0}), nn::Error);
  host.set("gain", {1000.0});
  host.get("gain", true);
  const auto line = host.next_message();
  REQUIRE(line);
  CHECK(line->find("refused") != std::string::npos);
  host.set_method("last");
  host.get("gain", true);
  CHECK(host.method() == "last");
  host.reload();
  CHECK(std::get<double>(host.get("gain")[0]) == 1.0);
}

TEST_CASE("a tight host has less latency than a plain one and as exact") {
  const auto path = scripts::save("tight", scripts::gain());
  nn::HostOptions options;
  options.block = 4096;
  options.vector = 64;
  options.tight = true;
  options.offline = true;
  nn::Host<float> host(path, options);
  CHECK(host.latency() < 2 * 4096 - 64);
  CHECK(host.latency() >= 4096);
  const auto length = int64_t(host.latency() + 4096 + 64) / 64 * 64;
  Planes<float> in(1, length), out(1, length);
  in[0][100] = 1;
  for (int64_t at = 0; at < length; at += 64) host.process(in.at(at).data(), out.at(at).data(), 64);
  for (int64_t i = 0; i < length; ++i)
    REQUIRE(out[0][size_t(i)] == (i == 100 + host.latency() ? 1 : 0));
}

TEST_CASE("tight is for known costs only: of every method, and none that failed at warm-up") {
  nn::HostOptions options;
  options.block = 4096;
  options.tight = true;
  options.warm_up_limit = 0.5;
  const auto path = scripts::save("costs", {R"py(
def forward(self, x: Tensor):
    return x
def wants(self, x: Tensor):
    assert bool((x != 0.0).any()), "something to hear"
    return x
)py",
                                            {{"forward", {1, 1, 1, 1}}, {"wants", {1, 1, 1, 1}}}});
  CHECK(nn::Host<float>(path, options).latency() == 2 * 4096 - 64);
  options.method = "wants";
  CHECK(nn::Host<float>(path, options).latency() == 2 * 4096 - 64);
  options.method = "forward";
  CHECK(nn::Host<float>(
            scripts::save("endless_too", {R"py(
def forward(self, x: Tensor):
    return x
def never(self, x: Tensor):
    while bool((x == 0.0).any()):
        x = x * 1.0
    return x
)py",
                                          {{"forward", {1, 1, 1, 1}}, {"never", {1, 1, 1, 1}}}}),
            options)
            .latency() == 2 * 4096 - 64);
}

TEST_CASE("a method asked for counts at once, also for a reload before the change is applied") {
  nn::HostOptions options;
  options.threaded = false;
  nn::Host<float> host(scripts::save("at_once", scripts::gain()), options);
  host.set_method("last");  // no audio runs: nothing has applied it yet
  CHECK(host.method() == "last");
  host.reload();
  CHECK(host.method() == "last");
}

TEST_CASE("reading an attribute of a model that is replaced meanwhile answers all the same") {
  nn::HostOptions options;
  options.block = 64;
  options.vector = 64;
  nn::Host<float> host(scripts::save("replaced", scripts::gain()), options);
  std::atomic<bool> stop{false};
  std::thread audio([&] {
    std::vector<float> row(64);
    float* rows = row.data();
    while (!stop) host.process(&rows, &rows, 64);
  });
  std::thread loader([&] {
    for (int i = 0; i < 100; ++i) {
      host.reload();
      host.settle();
    }
    stop = true;
  });
  while (!stop) CHECK(std::get<double>(host.get("gain", true)[0]) == 1.0);
  loader.join();
  audio.join();
}

TEST_CASE("offline: as many samples out as in, aligned, whatever the pieces; the delay removed") {
  const int64_t delay = GENERATE(0, 37, 5000);
  const int64_t length = GENERATE(1, 100, 20'000);
  auto engine = [&] {
    auto fake = std::make_shared<FakeEngine>(1, 1, 512);
    // A model that is late by `delay`, as it declares.
    auto line = std::make_shared<std::vector<float>>(size_t(delay), 0.0f);
    fake->after = [line](const float* const*, float* const* out) {
      for (int i = 0; i < 512; ++i) {
        line->push_back(out[0][i]);
        out[0][i] = line->front();
        line->erase(line->begin());
      }
    };
    return fake;
  };
  auto in = noise(1, length, 8);
  for (const int64_t piece : {int64_t{20'000}, int64_t{777}, int64_t{1}}) {
    if (piece == 1 && length > 1000) continue;
    nn::Offline offline(engine(), 512, 1, 1, 48000, delay);
    std::vector<float> all;
    std::vector<float> out(size_t(std::max<int64_t>(piece, 64)));
    float* rows = out.data();
    for (int64_t at = 0; at < length; at += piece) {
      const auto n = std::min(piece, length - at);
      const auto got = offline.process(in.at(at).data(), &rows, n);
      all.insert(all.end(), out.begin(), out.begin() + got);
    }
    while (const auto got = offline.finish(&rows, 64))
      all.insert(all.end(), out.begin(), out.begin() + got);
    REQUIRE(all == in[0]);
  }
}

TEST_CASE("a candidate prepared elsewhere takes over with a crossfade, and keeps what was set") {
  const auto path = scripts::save("adopted", scripts::gain());
  nn::HostOptions options;
  options.block = 4096;
  options.vector = 64;
  options.offline = true;
  nn::Host<float> host(path, options);
  host.set("gain", {2.0});
  std::vector<float> heard;
  const auto play = [&](int samples) {
    for (int at = 0; at < samples; at += 64) {
      std::vector<float> row(64, 1.0f);
      float* rows = row.data();
      host.process(&rows, &rows, 64);
      heard.insert(heard.end(), row.begin(), row.end());
    }
  };
  play(64);
  options.block = 256;
  host.adopt(nn::prepare(path, options), true);
  CHECK(host.block() == 256);
  CHECK(host.latency() == 2 * 256 - 64);
  play(4096);
  CHECK(heard.back() == 2);
}

TEST_CASE("a host without a model is silent, answers, and takes one later") {
  nn::HostOptions options;
  options.inputs = 1;
  options.outputs = 2;
  options.vector = 64;
  options.block = 256;
  options.offline = true;
  nn::Host<float> host(options);
  CHECK(host.inputs() == 1);
  CHECK(host.outputs() == 2);
  CHECK(host.model() == nullptr);
  CHECK(host.stats().blocks == 0);
  CHECK_FALSE(host.next_message());
  CHECK_THROWS_WITH(host.set("gain", {1.0}), "No model is loaded.");
  CHECK_THROWS_WITH(host.get("gain", true), "No model is loaded.");
  CHECK_THROWS_WITH(host.set_method("forward"), "No model is loaded.");
  CHECK(host.plan([](nn::HostOptions& o) { o.block = 512; }));
  CHECK(host.options().block == 512);
  CHECK_THROWS_WITH(host.reload(), "No model is loaded.");
  CHECK_THROWS_WITH(host.latency(), "No model is loaded.");
  host.set_sample_rate(48000);
  host.set_vector(128);
  Planes<float> in(1, 4096), out(2, 4096);
  in[0].assign(4096, 1.0f);
  out[1].assign(4096, 9.0f);
  host.process(in.at(0).data(), out.at(0).data(), 128);
  CHECK(out[0][127] == 0);
  CHECK(out[1][127] == 0);
  host.load(scripts::save("later", scripts::gain()), "forward");
  CHECK_FALSE(host.plan([](nn::HostOptions& o) { o.block = 64; }));
  CHECK(host.latency() == 2 * 512 - 128);
  for (int at = 0; at < 4096; at += 128) host.process(in.at(at).data(), out.at(at).data(), 128);
  CHECK(out[0].back() == 1);
  CHECK(out[1].back() == 0);
}

TEST_CASE("another vector: the latency follows, and the sound begins anew") {
  nn::HostOptions options;
  options.vector = 64;
  options.block = 512;
  options.offline = true;
  nn::Host<float> host(scripts::save("vectors", scripts::gain()), options);
  host.set("gain", {0.5});
  Planes<float> in(1, 8192), out(1, 8192);
  in[0].assign(8192, 1.0f);
  const auto play = [&](int vector) {
    for (int at = 0; at < 8192; at += vector)
      host.process(in.at(at).data(), out.at(at).data(), vector);
    const auto first = std::find(out[0].begin(), out[0].end(), 0.5f) - out[0].begin();
    CHECK(out[0].back() == 0.5f);
    return first;
  };
  CHECK(play(64) == 2 * 512 - 64);
  CHECK(host.set_vector(2048));
  CHECK(host.latency() == 512 + 2048 - 512);
  CHECK(play(2048) == host.latency());
  CHECK(host.set_vector(2048));  // no change, no gap
  host.process(in.at(0).data(), out.at(0).data(), 2048);
  CHECK(out[0][0] == 0.5f);
}

TEST_CASE("a block that was raised for a model stays raised") {
  nn::HostOptions options;
  options.block = 256;
  const auto slow = scripts::save("slow_ratio", {R"py(
def forward(self, x: Tensor):
    return x
)py",
                                                 {{"forward", {1, 1024, 1, 1024}}}});
  const auto quick = scripts::save("quick_ratio", scripts::gain());
  nn::Host<float> host(quick, options);
  CHECK(host.block() == 256);
  host.load(slow, "forward");
  CHECK(host.block() == 1024);
  host.load(quick, "forward");
  CHECK(host.block() == 1024);
}

TEST_CASE("kWidest: rows for every method, and more for wider models") {
  nn::HostOptions options;
  options.inputs = options.outputs = nn::kWidest;
  options.block = 256;
  options.offline = true;
  nn::Host<float> host(options);
  CHECK(host.inputs() == 0);
  CHECK(host.outputs() == 0);
  const auto narrow = scripts::save("narrow", {R"py(
def forward(self, x: Tensor):
    return x
)py",
                                               {{"forward", {1, 1, 1, 1}}}});
  const auto wide = scripts::save("wide", {R"py(
def forward(self, x: Tensor):
    return x
def split(self, x: Tensor):
    return torch.cat([x, x, x], 1)
)py",
                                           {{"forward", {2, 1, 2, 1}}, {"split", {1, 1, 3, 1}}}});
  host.load(narrow, "forward");
  CHECK(host.inputs() == 1);
  CHECK(host.outputs() == 1);
  host.load(wide, "forward");
  CHECK(host.inputs() == 2);
  CHECK(host.outputs() == 3);
  host.load(narrow, "forward");
  CHECK(host.outputs() == 3);
  options.inputs = options.outputs = 1;
  nn::Host<float> fixed(options);
  auto candidate = nn::prepare(wide, [] {
    nn::HostOptions other;
    other.block = 256;
    return other;
  }());
  CHECK_THROWS_WITH(fixed.adopt(std::move(candidate)),
                    "The model was prepared for other channels.");
}

TEST_CASE("the number of examples changes while it plays; rows stay, and what was set is kept") {
  const auto path = scripts::save("batches", scripts::gain());
  nn::HostOptions options;
  options.block = 128;
  options.vector = 64;
  options.offline = true;
  nn::Host<double> host(path, options);
  host.set("gain", {2.0});
  Planes<double> in(3, 64), out(3, 64);
  const auto play = [&](int vectors) {
    for (int i = 0; i < vectors; ++i) host.process(in.at(0).data(), out.at(0).data(), 64);
  };
  for (int row = 0; row < 3; ++row) in[size_t(row)].assign(64, row + 1.0);
  play(40);
  CHECK(out[0].back() == 2);
  host.widen(3);
  CHECK(host.inputs() == 3);
  CHECK(host.options().batch == 1);
  play(8);
  CHECK(out[0].back() == 2);
  CHECK(out[2].back() == 0);
  host.remake([](nn::HostOptions& o) { o.batch = 3; });
  CHECK(host.options().batch == 3);
  double last = 2, step = 0;
  for (int i = 0; i < 40; ++i) {
    play(1);
    for (const double x : out[0]) step = std::max(step, std::abs(x - std::exchange(last, x)));
  }
  CHECK(step < 0.02);
  for (int row = 0; row < 3; ++row) CHECK(out[size_t(row)].back() == 2 * (row + 1));
  REQUIRE(host.set_vector(32));
  play(8);
  for (int row = 0; row < 3; ++row) CHECK(out[size_t(row)].back() == 2 * (row + 1));
  CHECK_THROWS_WITH(host.remake([](nn::HostOptions& o) { o.batch = 4; }),
                    "The model was prepared for other channels.");
  host.remake([](nn::HostOptions& o) { o.batch = 2; });
  play(40);
  CHECK(out[1].back() == 4);
  CHECK(out[2].back() == 0);
}

TEST_CASE("what was set is kept for the same model in another block") {
  const auto path = scripts::save("kept", scripts::gain());
  nn::HostOptions options;
  options.block = 512;
  options.offline = true;
  nn::Host<float> host(path, options);
  host.set("gain", {3.0});
  host.set("gain", {4.0});
  options = host.options();
  options.block = 0;
  host.adopt(nn::prepare(path, options), true);
  CHECK(std::get<double>(host.get("gain", true)[0]) == 4);
  CHECK(host.options().block == 0);
  host.adopt(nn::prepare(path, options), false);
  CHECK(std::get<double>(host.get("gain", true)[0]) == 1);
  host.adopt(nn::prepare(path, options), true);
  CHECK(std::get<double>(host.get("gain", true)[0]) == 1);
}

TEST_CASE("what is being set while a model is replaced is kept too") {
  const auto path = scripts::save("kept_busy", scripts::gain());
  nn::HostOptions options;
  options.block = 512;
  options.offline = true;
  nn::Host<float> host(path, options);
  for (int i = 0; i < 200; ++i) {
    auto next = nn::prepare(path, options);
    host.set("gain", {double(i % 50)});  // a worker may take it at any moment of what follows
    host.adopt(std::move(next), true);
    REQUIRE(std::get<double>(host.get("gain", true)[0]) == i % 50);
  }
}
