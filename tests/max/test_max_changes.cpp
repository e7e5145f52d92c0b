// What changes while it plays: methods, models, blocks, switches; and where models come from.
#include <cmath>
#include <fstream>

#include "local_server.h"
#include "session.h"

using namespace session;
namespace mk = max_kernel;

namespace {

std::string level(const std::string& name, float forward, float other) {
  models::save(name, {R"py(
def forward(self, x: Tensor):
    return x * self.first
def other(self, x: Tensor):
    return x * self.second
)py",
                      {{"forward", {1, 1, 1, 1}}, {"other", {1, 1, 1, 1}}},
                      {{"first", {{}, forward}}, {"second", {{}, other}}}});
  return name;
}

// Multiplies by its attribute `gain`.
std::string settable() {
  models::save("settable", {R"py(
def forward(self, x: Tensor):
    return x * self.gain
def get_methods(self):
    return ["forward"]
def get_attributes(self):
    return ["gain"]
def get_gain(self):
    return float(self.gain)
def set_gain(self, value: float):
    self.gain.fill_(value)
    return 0
)py",
                            {{"forward", {1, 1, 1, 1}}, {"gain", {2}}},
                            {{"gain", {{}, 1}}}});
  return "settable";
}

// A box that plays a constant 1, and what it makes of it.
struct Playing {
  explicit Playing(const std::string& text) : object(made(text)) {
    REQUIRE(object);
    chain.add(object);
    chain.connect(chain.add_source(1, false), object, 0);
    mk::SignalSettings settings;
    settings.vector_size = 64;
    REQUIRE(chain.compile(settings));
  }
  double play(int vectors) {
    for (int i = 0; i < vectors; ++i) {
      chain.process({std::vector<double>(64, 1.0)});
      const auto heard = chain.output(object, 0);
      for (const double x : heard[0]) {
        largest_step = std::max(largest_step, std::abs(x - last));
        last = x;
      }
      mk::run_main(0);
    }
    return last;
  }
  Object* object;
  mk::Chain chain;
  double last = 0, largest_step = 0;
};

int latency(Object* nn) {
  mk::take_console();
  mk::send(nn, "get_latency");
  mk::run_main_until([] { return mk::console_has(Line::post, "latency: "); });
  for (const auto& line : mk::console())
    if (const auto at = line.text.find("latency: "); at != std::string::npos)
      return std::stoi(line.text.substr(at + 9));
  return -1;
}

}  // namespace

TEST_CASE("methods and models change with a crossfade; what is switched off is silent") {
  const Max max;
  Playing box("nn~ " + level("quiet", 0.25f, 0.5f) + " forward 256 @offline 1");
  level("loud", 0.75f, 1.0f);
  CHECK(box.play(40) == 0.25);
  box.largest_step = 0;
  mk::send(box.object, "method other");
  CHECK(box.play(60) == 0.5);
  mk::send(box.object, "load loud");  // keeps the method
  CHECK(box.play(60) == 1.0);
  mk::send(box.object, "load quiet forward");
  CHECK(box.play(60) == 0.25);
  mk::send(box.object, "reload");
  CHECK(box.play(60) == 0.25);
  mk::send(box.object, "enable 0");
  CHECK(box.play(60) == 0);
  mk::send(box.object, "enable 1");
  CHECK(box.play(60) == 0.25);
  CHECK(box.largest_step < 0.02);  // no click in all of this
}

TEST_CASE("messages keep their order, a reload among them") {
  const Max max;
  Playing box("nn~ " + settable() + " forward 256 @offline 0 @dumpout 1");
  mk::send(box.object, "set gain 2");
  mk::send(box.object, "block 512");
  mk::send(box.object, "reload");
  mk::send(box.object, "set gain 4");
  mk::send(box.object, "get gain");
  REQUIRE(mk::run_main_until([] { return mk::console_has(Line::post, "gain: "); }, 20000));
  CHECK(said(Line::post, "gain: 4.000000"));
}

TEST_CASE("what is so already is not made again: the model keeps its state") {
  const Max max;
  models::save("counting", {R"py(
def forward(self, x: Tensor):
    self.calls += 1.0
    return x * 0.0 + self.calls
)py",
                            {{"forward", {1, 1, 1, 1}}},
                            {{"calls", {{}, 0}}}});
  Playing box("nn~ counting forward 64 @offline 1");
  const double before = box.play(20);
  for (const char* message : {"accelerate 1", "threads 1", "latency standard", "precision exact",
                              "block 64", "gpu 0", "late silence", "enable 1"})
    mk::send(box.object, message);
  REQUIRE(settled(box.object));
  CHECK(box.play(20) == before + 20);
}

TEST_CASE("an answer that fails ends nothing: what comes later is done") {
  const Max max;
  models::save("with_level", {R"py(
def forward(self, x: Tensor):
    return x
def get_attributes(self):
    return ["level"]
def get_methods(self):
    return ["forward"]
def get_level(self):
    assert bool(self.bad < 0), "no level today"
    return 1.0
def set_level(self, value: float):
    return 0
)py",
                              {{"forward", {1, 1, 1, 1}}, {"level", {2}}},
                              {{"bad", {{}, 1}}}});
  Object* const nn = made("nn~ with_level");
  for (int i = 0; i < 3; ++i) {
    mk::send(nn, "get level");
    mk::send(nn, "load " + level("quiet", 0.25f, 0.5f));
    mk::send(nn, "get level");
    mk::send(nn, "load with_level");
  }
  CHECK(settled(nn));
}

TEST_CASE("a box whose method does not exist plays when it is given one that does") {
  const Max max;
  Playing box("nn~ " + level("quiet", 0.25f, 0.5f) + " nothing 256 1 1 @offline 1");
  CHECK(said(Line::error, "no method 'nothing'"));
  CHECK(box.play(20) == 0);
  mk::send(box.object, "method other");
  CHECK(box.play(40) == 0.5);
}

TEST_CASE("a block that is left to the object is never shorter than Max's vectors") {
  const Max max;
  Playing box("nn~ " + level("quiet", 0.25f, 0.5f) + " @offline 1");
  mk::SignalSettings settings;
  settings.vector_size = 1024;
  REQUIRE(box.chain.compile(settings));
  CHECK(latency(box.object) == 1024);
}

TEST_CASE("a synchronous object that rests or has no audio takes what is set all the same") {
  const Max max;
  Playing box("nn~ " + settable() + " forward 0 @dumpout 1");
  REQUIRE(settled(box.object));
  mk::send(box.object, "enable 0");
  box.play(20);
  mk::take_outputs(box.object);
  mk::send(box.object, "set gain 3");
  mk::send(box.object, "get gain");
  REQUIRE(mk::run_main_until([&] {
    box.chain.process({std::vector<double>(64, 1.0)});
    return !mk::outputs(box.object).empty();
  }));
  CHECK(mk::text(mk::outputs(box.object)[0].atoms) == "gain 3.");
}

TEST_CASE("blocks and latencies follow what is asked for") {
  const Max max;
  Playing box("nn~ " + level("quiet", 0.25f, 0.5f) + " forward 1024 @offline 1");
  CHECK(latency(box.object) == 2 * 1024 - 64);
  mk::send(box.object, "bufsize 256");
  CHECK(latency(box.object) == 2 * 256 - 64);
  mk::send(box.object, "block 0");
  CHECK(latency(box.object) == 0);
  mk::send(box.object, "block -1");  // ratio 1: as small as the vector
  CHECK(latency(box.object) == 64);
  mk::send(box.object, "block 4096");
  mk::send(box.object, "latency tight");
  const int tight = latency(box.object);
  CHECK(tight < 2 * 4096 - 64);
  CHECK(tight >= 4096 - 64);
  CHECK(box.play(200) == 0.25);
}

TEST_CASE("an object without a model plays the first one that is loaded into it") {
  const Max max;
  Playing box("nn~ void 1 1 128 @offline 1");
  CHECK(box.play(4) == 0);
  mk::send(box.object, "method other");  // of the model to come
  mk::send(box.object, "load " + level("quiet", 0.25f, 0.5f));
  CHECK(box.play(40) == 0.5);
}

TEST_CASE("models: the package's folder first, then the search path") {
  const Max max;
  const auto package = std::filesystem::path(NN_EXTERNALS).parent_path() / "models";
  std::filesystem::create_directories(package);
  const auto path = models::folder() / (level("twice_there", 0.25f, 0.25f) + ".ts");
  std::filesystem::copy_file(path, package / "twice_there.ts",
                             std::filesystem::copy_options::overwrite_existing);
  level("twice_there", 0.75f, 0.75f);
  CHECK(Playing("nn~ twice_there forward 0 @offline 1").play(40) == 0.25);
  std::filesystem::remove(package / "twice_there.ts");
  CHECK(Playing("nn~ twice_there forward 0 @offline 1").play(40) == 0.75);
}

TEST_CASE("download, load, delete") {
  const Max max;
  std::ifstream file(models::folder() / (level("remote", 0.5f, 0.5f) + ".ts"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const LocalServer server(bytes);
  ::setenv("NN_HUB_ROOT", server.root.c_str(), 1);
  const auto kept = std::filesystem::path(NN_EXTERNALS).parent_path() / "models/fetched_here.ts";
  std::filesystem::remove(kept);
  Playing box("nn~ void 1 1 128 @dumpout 1 @offline 1");
  mk::send(box.object, "download ircam/rave/isis fetched_here");
  REQUIRE(mk::run_main_until([&] { return !mk::outputs(box.object).empty(); }, 20000));
  CHECK(mk::outputs(box.object)[0].selector == "downloaded");
  CHECK(std::filesystem::exists(kept));
  mk::send(box.object, "load fetched_here");
  CHECK(box.play(40) == 0.5);
  mk::send(box.object, "delete fetched_here");
  CHECK(said(Line::post, "removed "));
  CHECK_FALSE(std::filesystem::exists(kept));
}

TEST_CASE("what the hub has, on the console and from the dump outlet") {
  const Max max;
  const LocalServer server("{\"ircam\": {\"rave\": {\"isis\": {}}, \"vschaos2\": {\"a\": {}}}}");
  ::setenv("NN_HUB_ROOT", server.root.c_str(), 1);
  Object* const nn = made("mc.nn~ void 1 1 @dumpout 1");
  mk::send(nn, "print_available_models");
  REQUIRE(mk::run_main_until([&] { return mk::outputs(nn).size() == 2; }, 20000));
  CHECK(said(Line::post, "ircam/rave/isis"));
  CHECK(mk::text(mk::outputs(nn)[1].atoms) == "ircam/vschaos2/a");
}
