#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <catch2/catch.hpp>
#include <fstream>

#include "nn/model.h"
#include "nn/pool.h"
#include "script_models.h"

namespace {

std::shared_ptr<nn::ModelEngine> engine(const std::filesystem::path& path,
                                        const std::string& method, int block, int batch = 1,
                                        int inputs = -1, int outputs = -1) {
  nn::EngineOptions options;
  options.method = method;
  options.block = block;
  options.batch = batch;
  options.inputs = inputs;
  options.outputs = outputs;
  options.sample_rate = 44100.7;
  return nn::ModelEngine::make(nn::Model::load(path), options);
}

std::vector<std::vector<float>> run(nn::ModelEngine& e, const std::vector<std::vector<float>>& in,
                                    int rows_out) {
  std::vector<const float*> from;
  for (const auto& row : in) from.push_back(row.data());
  std::vector<std::vector<float>> out(size_t(rows_out),
                                      std::vector<float>(size_t(e.options().block), 9.0f));
  std::vector<float*> to;
  for (auto& row : out) to.push_back(row.data());
  e.run(from.data(), to.data());
  return out;
}

using Rows = std::vector<std::vector<float>>;

// Resident memory of this process that no file backs, in bytes.
// 0 where it cannot be told: other systems, and under a sanitizer that keeps what has been freed.
int64_t resident() {
#if defined(__SANITIZE_ADDRESS__)
  return 0;
#endif
  std::ifstream file("/proc/self/smaps_rollup");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("Private_Dirty:", 0) == 0) return std::stoll(line.substr(14)) * 1024;
  return 0;
}

}  // namespace

TEST_CASE(
    "decimation keeps the last sample of a group, outputs are held, layout is channel, example") {
  const auto path = scripts::save("layout", {R"py(
def forward(self, x: Tensor):
    b = torch.arange(x.size(0)).reshape(-1, 1, 1).to(x.dtype)
    return torch.cat([x[:, :1] + 100. * b, x[:, 1:2], x.sum(1, keepdim=True)], 1)
)py",
                                             {{"forward", {2, 4, 3, 4}}}});
  auto e = engine(path, "forward", 8, 2);
  Rows in(4, std::vector<float>(8));
  for (int row = 0; row < 4; ++row)
    for (int i = 0; i < 8; ++i) in[size_t(row)][size_t(i)] = float(10 * row + i);
  const auto out = run(*e, in, 6);
  const std::vector<float> ch0b0{3, 3, 3, 3, 7, 7, 7, 7};
  CHECK(out[0] == ch0b0);
  CHECK(out[1] == std::vector<float>{113, 113, 113, 113, 117, 117, 117, 117});
  CHECK(out[2] == std::vector<float>{23, 23, 23, 23, 27, 27, 27, 27});
  CHECK(out[4] == std::vector<float>{26, 26, 26, 26, 34, 34, 34, 34});
}

TEST_CASE("missing inputs are silent, surplus inputs ignored, surplus outputs silent") {
  const auto path = scripts::save(
      "counts", {"def forward(self, x: Tensor):\n    return x + 1\n", {{"forward", {2, 1, 2, 1}}}});
  CHECK(run(*engine(path, "forward", 2, 1, 1, 3), {{5, 6}}, 3) == Rows{{6, 7}, {1, 1}, {0, 0}});
  CHECK(run(*engine(path, "forward", 2, 1, 3, 1), {{5, 6}, {7, 8}, {9, 9}}, 1) == Rows{{6, 7}});
}

TEST_CASE("a model that keeps its input as state keeps what it was given") {
  const auto path = scripts::save("keeper", {R"py(
def forward(self, x: Tensor):
    y = self.kept
    self.kept = x
    return y
)py",
                                             {{"forward", {1, 1, 1, 1}}},
                                             false,
                                             {{"kept", torch::zeros({1, 1, 2})}}});
  auto e = engine(path, "forward", 2);
  CHECK(run(*e, {{1, 2}}, 1) == Rows{{0, 0}});
  CHECK(run(*e, {{3, 4}}, 1) == Rows{{1, 2}});
  CHECK(run(*e, {{5, 6}}, 1) == Rows{{3, 4}});
}

TEST_CASE("objects on one file have one set of weights and a state each") {
  const auto path = scripts::save("apart", scripts::gain());
  auto a = engine(path, "last", 2), b = engine(path, "last", 2);
  CHECK(&a->model() == &b->model());
  CHECK(run(*a, {{1, 2}}, 1) == Rows{{0, 1}});
  CHECK(run(*b, {{3, 4}}, 1) == Rows{{0, 3}});
  CHECK(run(*a, {{5, 6}}, 1) == Rows{{2, 5}});
  a->set_attribute("gain", {3.0});
  CHECK(std::get<double>(a->attribute("gain")[0]) == 3.0);
  CHECK(std::get<double>(b->attribute("gain")[0]) == 1.0);
  a->reset();
  CHECK(std::get<double>(a->attribute("gain")[0]) == 1.0);
  CHECK(run(*a, {{1, 2}}, 1) == Rows{{0, 1}});
}

TEST_CASE("a parameter that the code writes to is state; a buffer it only reads is shared") {
  const auto path = scripts::save("written", {R"py(
def forward(self, x: Tensor):
    view = self.weight[0:1]
    view.add_(1)
    return x * 0 + self.weight + self.table[0]
)py",
                                              {{"forward", {1, 1, 1, 1}}},
                                              false,
                                              {{"table", torch::ones({1 << 22})}},
                                              {{"weight", torch::zeros({1})}}});
  auto a = engine(path, "forward", 1), b = engine(path, "forward", 1);
  run(*a, {{0}}, 1);
  CHECK(run(*a, {{0}}, 1) == Rows{{3}});
  CHECK(run(*b, {{0}}, 1) == Rows{{2}});
}

TEST_CASE("eight objects on a 30 MB model grow memory by less than twice the model") {
  const int64_t size = 30 << 20;
  const auto path = scripts::save(
      "heavy", {R"py(
def forward(self, x: Tensor):
    self.state.copy_(x[:1, :1, -1:])
    return x * self.weights[0] + self.table[0]
)py",
                {{"forward", {1, 1, 1, 1}}},
                false,
                {{"state", torch::zeros({1, 1, 1})}, {"table", torch::zeros({size / 8})}},
                {{"weights", torch::ones({size / 8})}}});
  // What torch needs once, it needs for any model.
  auto first = engine(scripts::save("light", scripts::gain()), "forward", 64);
#if defined(__GLIBC__)
  malloc_trim(0);  // what earlier tests freed must not hide what this one takes
#endif
  const int64_t before = resident();
  std::vector<std::shared_ptr<nn::ModelEngine>> objects;
  for (int i = 0; i < 8; ++i) {
    objects.push_back(engine(path, "forward", 64));
    run(*objects.back(), {std::vector<float>(64)}, 1);
  }
  const int64_t grown = resident() - before;
  INFO("grown by " << grown / 1e6 << " MB");
  if (before > 0) CHECK(grown < 2 * size);
  if (before > 0) CHECK(grown > size / 4);  // the measure measures
}

TEST_CASE("attributes: counts, types and refusals are told; the sample rate arrives first") {
  const auto path = scripts::save("told", scripts::gain());
  auto e = engine(path, "forward", 4);
  CHECK_THROWS_WITH(e->set_attribute("gain", {}), Catch::Contains("takes 1 value"));
  CHECK_THROWS_WITH(e->set_attribute("gain", {std::string("loud")}),
                    Catch::Contains("takes a number"));
  CHECK_THROWS_WITH(e->set_attribute("gain", {200.0}), Catch::Contains("refused"));
  CHECK_THROWS_WITH(e->set_attribute("colour", {1.0}),
                    Catch::Contains("no attribute 'colour'; it has gain"));
  CHECK_THROWS_WITH(engine(path, "backward", 4),
                    Catch::Contains("no method 'backward'; it has forward, last"));
  CHECK_THROWS_WITH(e->set_buffer("gain#0", {}), Catch::Contains("no audio buffers"));
  e->set_attribute("gain", {2.0});
  CHECK(run(*e, {{1, 2, 3, 4}}, 1) == Rows{{2, 4, 6, 8}});
}

TEST_CASE("the sample rate is given on the first load and when it changes") {
  const auto path = scripts::save("rate", {R"py(
def forward(self, x: Tensor):
    return x * 0 + self.rate
def set_sample_rate(self, rate: Optional[int]):
    if rate is not None:
        self.rate.fill_(float(rate))
)py",
                                           {{"forward", {1, 1, 1, 1}}},
                                           false,
                                           {{"rate", torch::zeros({1})}}});
  auto e = engine(path, "forward", 1);
  CHECK(run(*e, {{0}}, 1) == Rows{{44100}});
  e->set_sample_rate(96000);
  CHECK(run(*e, {{0}}, 1) == Rows{{96000}});
}

TEST_CASE("getters of every shape, buffers and tensors") {
  const auto path = scripts::save("shapes", {R"py(
def forward(self, x: Tensor):
    return x * 0 + self.table.sum()
def get_attributes(self):
    return ["scalar", "pair", "list", "flag", "word", "table", "sound"]
def get_scalar(self):
    return 2
def set_scalar(self, a: int):
    return 0
def get_pair(self):
    return (1.5, "two")
def get_list(self):
    return [1.0, 2.0, 3.0]
def get_flag(self) -> bool:
    return True
def get_word(self) -> str:
    return "horse"
def get_table(self):
    return (self.table,)
def set_table(self, t: Tensor):
    self.table = t
    return 0
def get_sound(self):
    return ("Buffer(empty)",)
def set_sound(self, key: str):
    return 0
def set_buffer_attribute(self, key: str, data: Tensor, sr: int):
    if data.size(-1) > 10:
        return -1
    self.table = data.reshape(-1) * float(sr)
    return 0
def clear_buffer_attribute(self, key: str):
    self.table = torch.zeros(1)
def get_buffer_attributes(self):
    return ["sound#0"]
)py",
                                             {{"forward", {1, 1, 1, 1}},
                                              {"scalar", {1}},
                                              {"pair", {2, 3}},
                                              {"list", {2, 2, 2}},
                                              {"flag", {0}},
                                              {"word", {3}},
                                              {"table", {4}},
                                              {"sound", {5}}},
                                             true,
                                             {{"table", torch::zeros({1})}}});
  auto e = engine(path, "forward", 1);
  const auto text = [&](const char* name) {
    std::string all;
    for (const auto& value : e->attribute(name)) all += nn::to_text(value) + " ";
    return all;
  };
  CHECK(text("scalar") == "2 ");
  CHECK(text("pair") == "1.500000 two ");
  CHECK(text("list") == "1.000000 2.000000 3.000000 ");
  CHECK(text("flag") == "true ");
  CHECK(text("word") == "horse ");
  CHECK(text("table") == "Tensor(dim: 1) ");
  CHECK(e->model().contract().buffers == std::vector<std::string>{"sound#0"});
  e->set_attribute("table", {nn::TensorValue{{2}, {1, 2}}});
  CHECK(run(*e, {{0}}, 1) == Rows{{3}});
  nn::BufferValue sound{2, 3, 10, {1, 2, 3, 4, 5, 6}};
  e->set_attribute("sound", {sound});
  CHECK(run(*e, {{0}}, 1) == Rows{{210}});
  e->clear_buffer("sound#0");
  CHECK(run(*e, {{0}}, 1) == Rows{{0}});
  sound = {1, 11, 10, std::vector<float>(11)};
  CHECK_THROWS_WITH(e->set_attribute("sound", {sound}), Catch::Contains("refused the buffer"));
  CHECK_THROWS_WITH(e->set_attribute("pair", {1.0, std::string("x")}),
                    Catch::Contains("cannot be set"));
}

TEST_CASE("devices that are not there are named") {
  const auto path = scripts::save("devices", scripts::gain());
  nn::LoadOptions options;
  options.device = "toaster";
  CHECK_THROWS_WITH(nn::Model::load(path, options), Catch::Contains("no device called 'toaster'"));
  options.device = "gpu";  // the best there is: always something
  CHECK_NOTHROW(nn::Model::load(path, options));
}
