// A test for each defect of version 1.6 that made Max crash, freeze or fall silent, numbered
// in the order in which they were found.
#include <atomic>
#include <fstream>
#include <thread>

#include "local_server.h"
#include "session.h"

using namespace session;
namespace mk = max_kernel;

namespace {

models::Model doubler(int ins, int outs, int ratio = 1) {
  return {R"py(
def forward(self, x: Tensor):
    return x[:, :1].repeat(1, int(self.outs), 1) * 2.0
def other(self, x: Tensor):
    return x[:, :1].repeat(1, int(self.outs), 1) * 3.0
)py",
          {{"forward", {ins, ratio, outs, ratio}}, {"other", {ins, ratio, outs, ratio}}},
          {{"outs", {{}, float(outs)}}}};
}

mk::SignalSettings settings(int vector) {
  mk::SignalSettings s;
  s.vector_size = vector;
  return s;
}

}  // namespace

TEST_CASE("22: mcs.nn~ knows its channels before the first compile, and sound starts clean") {
  const Max max;
  models::save("wide", doubler(3, 5));
  Object* const nn = mk::create("mcs.nn~ wide forward 2 256");  // no time to load or warm up
  REQUIRE(nn);
  mk::Chain chain;
  chain.add(nn);
  for (int b = 0; b < 2; ++b) chain.connect(chain.add_source(3), nn, b);
  std::atomic<bool> stop{false};
  REQUIRE(chain.compile(settings(64)));
  CHECK(chain.output_channels(nn, 0) == 5);
  std::thread audio([&] {
    const std::vector<std::vector<double>> in(6, std::vector<double>(64, 0.5));
    while (!stop) chain.process(in);
  });
  mk::run_main(200);
  stop = true;
  audio.join();
  CHECK(chain.output_channels(nn, 1) == 5);
}

TEST_CASE("22: a wider model loaded into mcs.nn~ writes no outlet that Max has not made") {
  const Max max;
  models::save("narrow", doubler(1, 1));
  models::save("wide", doubler(3, 5));
  Object* const nn = made("mcs.nn~ narrow forward 2 256 @offline 1");
  mk::Chain chain;
  chain.add(nn);
  for (int b = 0; b < 2; ++b) chain.connect(chain.add_source(1), nn, b);
  REQUIRE(chain.compile(settings(64)));
  const std::vector<std::vector<double>> in(2, std::vector<double>(64, 0.5));
  for (int i = 0; i < 20; ++i) chain.process(in);
  CHECK(chain.output(nn, 0)[0][0] == 1);
  mk::send(nn, "load wide");
  for (int i = 0; i < 40; ++i) chain.process(in);
  CHECK(chain.output_channels(nn, 0) == 1);
  CHECK(chain.output(nn, 0)[0][0] == 1);
}

TEST_CASE("23: mc.nn~ without a thread plays more than one batch") {
  const Max max;
  models::save("plain", doubler(1, 2));
  Object* const nn = made("mc.nn~ plain forward 0 @offline 1");
  mk::Chain chain;
  chain.add(nn);
  const int source = chain.add_source(4);
  chain.connect(source, nn, 0);
  REQUIRE(chain.compile(settings(64)));
  std::vector<std::vector<double>> in;
  for (int c = 0; c < 4; ++c) in.emplace_back(64, c + 1.0);
  for (int i = 0; i < 40; ++i) chain.process(in);
  for (int b = 0; b < 4; ++b) CHECK(chain.output(nn, 1)[size_t(b)][63] == 2 * (b + 1.0));
}

TEST_CASE("24: buffers are not made anew under the audio thread") {
  const Max max;
  models::save("a", doubler(1, 1));
  models::save("b", doubler(2, 3, 64));
  const auto kind = GENERATE(std::string("nn~ "), std::string("mc.nn~ "), std::string("mcs.nn~ "));
  Object* const nn = mk::create(kind + "a forward 256");
  REQUIRE(nn);
  mk::Chain chain;
  chain.add(nn);
  const int source = chain.add_source(kind == "nn~ " ? 1 : 2, kind != "nn~ ");
  chain.connect(source, nn, 0);
  auto s = settings(64);
  REQUIRE(chain.compile(s));
  std::atomic<bool> stop{false};
  std::atomic<long> vectors{0};
  std::thread audio([&] {
    const std::vector<std::vector<double>> in(8, std::vector<double>(8192, 0.25));
    while (!stop) {
      auto now = in;
      for (auto& row : now) row.resize(size_t(chain.settings().vector_size));
      chain.process(now);
      ++vectors;
    }
  });
  for (int i = 0; i < 12; ++i) {
    mk::send(nn, i % 2 ? "load a" : "load b");
    mk::send(nn, i % 3 ? "method other" : "method forward");
    mk::send_later(nn, "bufsize " + std::to_string(64 << (i % 4)));
    s.vector_size = i % 2 ? 64 : 256;
    s.compile_while_running = i % 4 < 2;
    if (kind != "nn~ ") chain.set_source_channels(source, 1 + i % 5);
    chain.compile(s);
    mk::run_main(20);
  }
  CHECK(settled(nn));
  stop = true;
  audio.join();
  CHECK(vectors > 0);
}

TEST_CASE("25: nothing that is thrown reaches Max") {
  const Max max;
  const auto path = models::save("mutable", doubler(1, 1));
  Object* const nn = made("nn~ mutable");
  REQUIRE(settled(nn));
  std::ofstream(path) << "no archive any more";
  mk::send(nn, "reload");
  REQUIRE(mk::run_main_until([] {
    for (const auto& line : mk::console())
      if (line.kind == Line::error) return true;
    return false;
  }));
  CHECK(settled(nn));
  Object* const empty = made("nn~ void 1");
  for (const char* message : {"gpu 1", "gpu 0", "reload", "get x", "set x 1", "method x", "dump"})
    mk::send(empty, message);
  CHECK(settled(empty));
  Object* const shell = made("mc.nn~");
  for (const char* message : {"gpu 1", "reload", "dump", "load mutable"}) mk::send(shell, message);
  CHECK(settled(shell));
}

TEST_CASE("26: vectors longer than the model's ratio are no reason to fall silent") {
  const Max max;
  models::save("ratio_one", doubler(1, 1));
  Object* const nn = made("nn~ ratio_one @offline 1");
  mk::Chain chain;
  chain.add(nn);
  chain.connect(chain.add_source(1, false), nn, 0);
  REQUIRE(chain.compile(settings(512)));
  const std::vector<std::vector<double>> in{std::vector<double>(512, 0.25)};
  for (int i = 0; i < 8; ++i) chain.process(in);
  CHECK(chain.output(nn, 0)[0][511] == 0.5);
  CHECK(mk::text(*mk::attribute(nn, "enable")) == "1");
}

TEST_CASE("27: a model that is too slow is late; the audio thread does not wait for it") {
  const Max max;
  models::save("slow", {R"py(
def forward(self, x: Tensor):
    y = x
    for i in range(200000):
        y = y * 1.0
    return y
)py",
                        {{"forward", {1, 1, 1, 1}}}});
  Object* const nn = made("nn~ slow forward 64 @dumpout 1");
  mk::run_main_until([&] { return settled(nn); }, 20000);
  mk::Chain chain;
  chain.add(nn);
  chain.connect(chain.add_source(1, false), nn, 0);
  REQUIRE(chain.compile(settings(64)));
  const std::vector<std::vector<double>> in{std::vector<double>(64, 1.0)};
  for (int i = 0; i < 100; ++i) chain.process(in);  // a moment, where the model takes seconds
  mk::take_outputs(nn);
  mk::send(nn, "stats");
  REQUIRE(mk::run_main_until([&] { return !mk::outputs(nn).empty(); }));
  int64_t misses = 0;
  for (const auto& out : mk::outputs(nn))
    if (mk::text({out.atoms[0]}) == "misses") misses = std::get<int64_t>(out.atoms[1]);
  CHECK(misses > 0);
}

TEST_CASE("28: nn.info reads models and asks the network in the background") {
  const Max max;
  models::save("a", doubler(1, 1));
  const LocalServer server("{\"ircam\": {\"rave\": {\"isis\": {\"size\": 3}}}}");
  ::setenv("NN_HUB_ROOT", server.root.c_str(), 1);
  Object* const info = made("nn.info");
  mk::send(info, "set a");
  mk::send(info, "get_available_models");
  CHECK(mk::outputs(info).empty());
  REQUIRE(mk::run_main_until([&] { return !mk::outputs(info).empty(); }, 20000));
  const auto out = mk::outputs(info).back();
  CHECK(out.outlet == 5);
  CHECK(mk::dictionary_json(mk::text(out.atoms)).find("isis") != std::string::npos);
}

TEST_CASE("29: what is no list of models is an error line") {
  const Max max;
  models::save("a", doubler(1, 1));
  const LocalServer server("<html><body>moved</body></html>");
  ::setenv("NN_HUB_ROOT", server.root.c_str(), 1);
  Object* const nn = made("nn~ a");
  mk::take_console();
  mk::send(nn, "print_available_models");
  CHECK(mk::run_main_until(
      [] {
        for (const auto& line : mk::console())
          if (line.kind == Line::error) return true;
        return false;
      },
      20000));
  mk::send(nn, "download ircam/rave/isis");
  mk::destroy(nn);  // while it is on its way
}
