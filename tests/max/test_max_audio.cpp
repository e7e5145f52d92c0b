// What is heard: the same as from the headless host, in every layout and vector size.
#include "session.h"

using namespace session;
namespace mk = max_kernel;

namespace {

// y[o] = Σ_i (i + 1)·x[i] + o, so that each input and output tells which it is; with a past.
models::Model mixer(int ins, int outs, int ratio) {
  return {R"py(
def forward(self, x: Tensor):
    w = torch.arange(1, x.size(1) + 1).to(x.dtype).view(1, -1, 1)
    mixed = (x * w).sum(1, keepdim=True)
    y = mixed + 0.5 * torch.cat([self.past[:x.size(0)], mixed[:, :, :-1]], -1)
    self.past[:x.size(0)] = mixed[:, :, -1:]
    o = torch.arange(int(self.outs)).to(x.dtype).view(1, -1, 1)
    return y + 0.125 * o
)py",
          {{"forward", {ins, ratio, outs, ratio}}},
          {{"past", {{64, 1, 1}, 0}}, {"outs", {{}, float(outs)}}}};
}

void check_same(const Plane& heard, const Plane& wanted, size_t from = 0) {
  REQUIRE(heard.size() == wanted.size());
  for (size_t c = 0; c < heard.size(); ++c) {
    REQUIRE(heard[c].size() <= wanted[c].size());
    size_t wrong = 0;
    for (size_t i = from; i < heard[c].size(); ++i) wrong += heard[c][i] != wanted[c][i];
    CHECK(wrong == 0);
  }
}

nn::HostOptions options(int block, int vector, int ins, int outs, int batch = 1) {
  nn::HostOptions o;
  o.block = block;
  o.vector = vector;
  o.inputs = ins;
  o.outputs = outs;
  o.batch = batch;
  o.sample_rate = 48000;
  return o;
}

mk::SignalSettings settings(int vector) {
  mk::SignalSettings s;
  s.vector_size = vector;
  return s;
}

}  // namespace

TEST_CASE("nn~ sounds as the headless host does, for every vector size, and as late") {
  const Max max;
  const auto [ins, outs] =
      GENERATE(std::pair{1, 1}, std::pair{1, 8}, std::pair{8, 1}, std::pair{2, 3});
  const int vector = GENERATE(16, 64, 512, 4096);
  const auto name = "mixer_" + std::to_string(ins) + "_" + std::to_string(outs);
  const auto path = models::save(name, mixer(ins, outs, 1));
  Object* const nn = made("nn~ " + name + " forward 1024 @offline 1");
  REQUIRE(nn);
  CHECK(mk::inlets(nn) == ins);
  CHECK(mk::outlets(nn) == outs);
  mk::Chain chain;
  chain.add(nn);
  for (int i = 0; i < ins; ++i) CHECK(chain.connect(chain.add_source(1, false), nn, i));
  REQUIRE(chain.compile(settings(vector)));
  const int length = 4096 * 3;
  const Plane in = noise(ins, length, 1);
  Plane heard(static_cast<size_t>(outs));
  for (int at = 0; at < length; at += vector) {
    Plane now;
    for (const auto& row : in) now.emplace_back(row.begin() + at, row.begin() + at + vector);
    chain.process(now);
    for (int o = 0; o < outs; ++o) {
      const auto row = chain.output(nn, o).at(0);
      heard[static_cast<size_t>(o)].insert(heard[static_cast<size_t>(o)].end(), row.begin(),
                                           row.end());
    }
  }
  check_same(heard, headless(path, options(1024, vector, ins, outs), in));
  const int64_t latency = vector <= 1024 ? 2 * 1024 - vector : nn::latency({1024, vector});
  for (int64_t i = 0; i < latency; ++i) REQUIRE(heard[0][static_cast<size_t>(i)] == 0);
  mk::take_console();
  mk::send(nn, "get_latency");
  CHECK(said(Line::post, "latency: " + std::to_string(latency) + " samples"));
}

TEST_CASE("nn~ may share memory between inputs and outputs, whichever way") {
  const Max max;
  const auto path = models::save("mixer_3_3", mixer(3, 3, 1));
  const auto in_place = GENERATE(mk::SignalSettings::same, mk::SignalSettings::crossed);
  Object* const nn = made("nn~ mixer_3_3 forward 256 @offline 1");
  mk::Chain chain;
  chain.add(nn);
  for (int i = 0; i < 3; ++i) chain.connect(chain.add_source(1, false), nn, i);
  auto s = settings(64);
  s.in_place = in_place;
  REQUIRE(chain.compile(s));
  const Plane in = noise(3, 2048, 2);
  const Plane wanted = headless(path, options(256, 64, 3, 3), in);
  for (int at = 0; at < 2048; at += 64) {
    Plane now;
    for (const auto& row : in) now.emplace_back(row.begin() + at, row.begin() + at + 64);
    chain.process(now);
    for (int o = 0; o < 3; ++o)
      for (int i = 0; i < 64; ++i)
        REQUIRE(chain.output(nn, o)[0][static_cast<size_t>(i)] ==
                wanted[static_cast<size_t>(o)][static_cast<size_t>(at + i)]);
  }
}

TEST_CASE("mc.nn~: four voices are one batch, and @chans makes fewer or more of them heard") {
  const Max max;
  const auto path = models::save("mixer_2_2", mixer(2, 2, 1));
  const int chans = GENERATE(0, 2, 7);
  const int vector = GENERATE(16, 64, 1024);
  Object* const nn =
      made("mc.nn~ mixer_2_2 forward 512 @offline 1 @chans " + std::to_string(chans));
  REQUIRE(nn);
  CHECK(mk::inlet_type(nn, 0) == "multichannelsignal");
  mk::Chain chain;
  chain.add(nn);
  chain.connect(chain.add_source(4), nn, 0);
  chain.connect(chain.add_source(3), nn, 1);  // the fourth voice has no second input
  REQUIRE(chain.compile(settings(vector)));
  const int heard_channels = chans ? chans : 4;
  CHECK(chain.output_channels(nn, 0) == heard_channels);
  const Plane in = noise(7, 8192, 3);
  Plane rows = in;
  rows.emplace_back(in[0].size(), 0.0);  // c·4 + b
  const Plane wanted = headless(path, options(512, vector, 2, 2, 4), rows);
  const size_t settled_after = 4096;  // the batch of one that the box was made with has faded out
  for (const int outlet : {0, 1}) {
    // Each outlet from the beginning: the model has a past.
    mk::Chain again;
    Object* const other =
        made("mc.nn~ mixer_2_2 forward 512 @offline 1 @chans " + std::to_string(chans));
    again.add(other);
    again.connect(again.add_source(4), other, 0);
    again.connect(again.add_source(3), other, 1);
    REQUIRE(again.compile(settings(vector)));
    const Plane heard = play(again, other, outlet, in);
    REQUIRE(static_cast<int>(heard.size()) == heard_channels);
    for (int b = 0; b < heard_channels; ++b)
      for (size_t i = settled_after; i < heard[0].size(); ++i)
        REQUIRE(heard[static_cast<size_t>(b)][i] ==
                (b < 4 ? wanted[static_cast<size_t>(outlet * 4 + b)][i] : 0));
  }
}

TEST_CASE("mcs.nn~: three batches of eight dimensions; other channel counts are cut or silent") {
  const Max max;
  const auto path = models::save("mixer_8_5", mixer(8, 5, 1));
  const int chans = GENERATE(0, 3, 6);
  const int vector = GENERATE(32, 256);
  Object* const nn =
      made("mcs.nn~ mixer_8_5 forward 3 512 @offline 1 @chans " + std::to_string(chans));
  REQUIRE(nn);
  CHECK(mk::inlets(nn) == 3);
  CHECK(mk::outlets(nn) == 3);
  const std::vector<int> given{8, 10, 4};  // the model has 8
  mk::Chain chain;
  chain.add(nn);
  for (int b = 0; b < 3; ++b) chain.connect(chain.add_source(given[size_t(b)]), nn, b);
  REQUIRE(chain.compile(settings(vector)));
  const int heard_channels = chans ? chans : 5;
  CHECK(chain.output_channels(nn, 1) == heard_channels);
  const Plane in = noise(22, 4096, 4);
  Plane rows(24, std::vector<double>(in[0].size(), 0.0));
  for (int b = 0, first = 0; b < 3; first += given[size_t(b++)])
    for (int c = 0; c < std::min(8, given[size_t(b)]); ++c)
      rows[size_t(c * 3 + b)] = in[size_t(first + c)];
  const Plane wanted = headless(path, options(512, vector, 8, 5, 3), rows);
  for (int at = 0; at < 4096; at += vector) {
    Plane now;
    for (const auto& row : in) now.emplace_back(row.begin() + at, row.begin() + at + vector);
    chain.process(now);
    for (int b = 0; b < 3; ++b) {
      const Plane heard = chain.output(nn, b);
      for (int c = 0; c < heard_channels; ++c)
        for (int i = 0; i < vector; ++i)
          REQUIRE(heard[size_t(c)][size_t(i)] ==
                  (c < 5 ? wanted[size_t(c * 3 + b)][size_t(at + i)] : 0));
    }
  }
}

TEST_CASE("inlets and outlets that the model does not have, or has and the box not") {
  const Max max;
  const auto path = models::save("mixer_2_2", mixer(2, 2, 1));
  const auto [ins, outs] = GENERATE(std::pair{1, 1}, std::pair{4, 3});
  Object* const nn = made("nn~ mixer_2_2 forward 256 " + std::to_string(ins) + " " +
                          std::to_string(outs) + " @offline 1");
  REQUIRE(nn);
  CHECK(mk::inlets(nn) == ins);
  CHECK(mk::outlets(nn) == outs);
  CHECK(said(Line::post, "forward has 2 inputs and 2 outputs"));
  mk::Chain chain;
  chain.add(nn);
  for (int i = 0; i < ins; ++i) chain.connect(chain.add_source(1, false), nn, i);
  REQUIRE(chain.compile(settings(64)));
  const Plane in = noise(ins, 2048, 5);
  Plane rows{in[0], ins > 1 ? in[1] : std::vector<double>(2048, 0.0)};
  const Plane wanted = headless(path, options(256, 64, 2, 2), rows);
  for (int at = 0; at < 2048; at += 64) {
    Plane now;
    for (const auto& row : in) now.emplace_back(row.begin() + at, row.begin() + at + 64);
    chain.process(now);
    for (int o = 0; o < outs; ++o)
      for (int i = 0; i < 64; ++i)
        REQUIRE(chain.output(nn, o)[0][size_t(i)] ==
                (o < 2 ? wanted[size_t(o)][size_t(at + i)] : 0));
  }
}
