// Models that misbehave while audio runs.
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <thread>

#include "nn/host.h"
#include "script_models.h"

namespace {

// x → x, but for one trigger value in the block that makes it do something bad.
std::filesystem::path trap(const std::string& name, const std::string& bad) {
  return scripts::save(name, {"def forward(self, x: Tensor):\n    if bool((x == 7.0).any()):\n" +
                                  bad + "    return x\n",
                              {{"forward", {1, 1, 1, 1}}}});
}

// Plays `blocks` blocks of ones, one of them with the trigger; returns the last block heard.
std::vector<float> play(nn::Host<float>& host, int blocks, int trigger_at) {
  const int n = host.block();
  std::vector<float> row(static_cast<size_t>(n));
  float* rows = row.data();
  for (int b = 0; b < blocks; ++b) {
    std::fill(row.begin(), row.end(), 1.0f);
    if (b == trigger_at) row[3] = 7.0f;
    host.process(&rows, &rows, n);
    for (const float x : row) REQUIRE(std::isfinite(x));
  }
  return row;
}

}  // namespace

TEST_CASE("a model that fails: silence, one clear message, and the next good block plays") {
  struct Fault {
    const char *name, *bad, *said;
  };
  const Fault fault = GENERATE(values<Fault>({
      {"throws", "        assert False, \"no such note\"\n", "no such note"},
      {"shape", "        return x[..., :5]\n", "shape"},
      {"more", "        return torch.cat([x, x], 1)\n", "shape"},
      {"complex", "        return torch.complex(x, x)\n", "plain numbers"},
      {"nan", "        return x / 0 * 0\n", "not numbers"},
      {"infinite", "        return x / 0\n", "not numbers"},
      {"index", "        return x[:, 5]\n", "failed"},
  }));
  const bool threaded = GENERATE(false, true);
  nn::HostOptions options;
  options.block = 512;
  options.vector = 512;
  options.threaded = threaded;
  options.offline = threaded;
  INFO(fault.name << (threaded ? " threaded" : ""));
  nn::Host<float> host(trap(fault.name, fault.bad), options);
  CHECK(host.remarks().empty());
  const auto last = play(host, 12, 4);
  CHECK(last == std::vector<float>(512, 1.0f));
  CHECK(host.stats().errors == 1);
  const auto line = host.next_message();
  REQUIRE(line);
  INFO(*line);
  CHECK(line->find(fault.said) != std::string::npos);
  CHECK(line->find('\n') == std::string::npos);
  CHECK_FALSE(host.next_message());
}

TEST_CASE("numbers of another kind are converted") {
  for (const char* type : {"double", "half", "int"}) {
    nn::HostOptions options;
    options.block = 0;
    nn::Host<float> host(
        scripts::save(std::string("of_") + type,
                      {std::string("def forward(self, x: Tensor):\n    return x.") + type + "()\n",
                       {{"forward", {1, 1, 1, 1}}}}),
        options);
    float one = 1;
    float* row = &one;
    host.process(&row, &row, 1);
    CHECK(one == 1);
    CHECK_FALSE(host.next_message());
  }
}

TEST_CASE("a method that never returns is told at loading, and nothing hangs") {
  const auto path = scripts::save("endless", {R"py(
def forward(self, x: Tensor):
    while bool((x == 0.0).any()):
        x = x * 1.0
    return x
def fine(self, x: Tensor):
    return x
)py",
                                              {{"forward", {1, 1, 1, 1}}, {"fine", {1, 1, 1, 1}}}});
  nn::HostOptions options;
  options.warm_up_limit = 0.5;
  CHECK_THROWS_WITH(nn::Host<float>(path, options), Catch::Contains("did not return within 0.5 s"));
  options.method = "fine";
  nn::Host<float> host(path, options);
  CHECK_THROWS_AS(host.set_method("forward"), nn::Error);
  CHECK(host.method() == "fine");
}

TEST_CASE(
    "a model ten times too slow is silent and says so; a lighter one loaded in its place plays") {
  const auto slow = scripts::save("slow", {R"py(
def forward(self, x: Tensor):
    y = torch.ones(400, 400)
    for i in range(60):
        y = torch.mm(y, y) * 0.0025
    return x + y[0, 0] * 0.0
)py",
                                           {{"forward", {1, 1, 1, 1}}}});
  const auto light = scripts::save("quick", scripts::gain());
  nn::HostOptions options;
  options.block = 64;
  options.vector = 64;
  nn::Host<float> host(slow, options);
  std::vector<float> row(64);
  float* rows = row.data();
  std::string told;
  for (int i = 0; i < 500; ++i) {
    std::fill(row.begin(), row.end(), 1.0f);
    host.process(&rows, &rows, 64);
    while (auto line = host.next_message()) told += *line + "\n";
  }
  CHECK(host.stats().misses > 0);
  CHECK(told.find("not ready in time") != std::string::npos);
  host.load(light, "forward");
  // The pool's worker may be busy with the slow model's last block for a while.
  float heard = 0;
  for (int i = 0; i < 5000 && heard != 1; ++i) {
    std::fill(row.begin(), row.end(), 1.0f);
    host.process(&rows, &rows, 64);
    heard = row[63];
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(heard == 1);
}

TEST_CASE("a load that fails leaves the running model untouched") {
  nn::HostOptions options;
  options.block = 64;
  options.vector = 64;
  options.threaded = false;
  nn::Host<float> host(scripts::save("running", scripts::gain()), options);
  host.set("gain", {3.0});
  CHECK_THROWS_AS(host.load(scripts::folder() / "nothing.ts", "forward"), nn::Error);
  CHECK_THROWS_AS(host.load(host.model()->path(), "sideways"), nn::Error);
  std::vector<float> row(64, 1.0f);
  float* rows = row.data();
  host.process(&rows, &rows, 64);
  CHECK(row[63] == 3);
}
