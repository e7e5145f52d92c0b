// Whole networks in files: those that are what their names say, and those that are not.
#include "accelerated.h"

using scripts::Both;

namespace {

using torch::jit::Module;

const std::string kSetter = R"py(
def get_methods(self):
    return ["forward"]
def get_attributes(self):
    return ["none", "level"]
def get_level(self):
    return 1.0
def set_level(self, value: float):
)py";

// Modules of one file, whose classes have the names given.
struct Maker {
  std::shared_ptr<torch::jit::CompilationUnit> unit =
      std::make_shared<torch::jit::CompilationUnit>();
  Module module(const std::string& name) { return Module("__torch__." + name, unit, true); }
  static at::Tensor noise(at::IntArrayRef sizes) { return torch::randn(sizes) * 0.3; }

  Module line(const at::Tensor& pad, bool crop) {
    auto made = module("lines.CachedPadding1d");
    made.register_buffer("pad", pad);
    made.register_attribute("crop", c10::BoolType::get(), crop);
    const auto n = std::to_string(pad.dim() == 3 ? pad.size(2) : 0);
    made.define("def forward(self, x: Tensor):\n" +
                (n == "0" ? std::string("    if x.size(0) < 0:\n        self.pad.zero_()\n")
                          : "    x = torch.cat([self.pad[:x.size(0)], x], -1)\n"
                            "    self.pad[:x.size(0)].copy_(x[:, :, -" +
                                n + ":])\n" + (crop ? "    x = x[:, :, :-" + n + "]\n" : "")) +
                "    return x\n");
    return made;
  }
  // After: what becomes of the output y.
  Module conv(const at::Tensor& weight, const Module& cache, const std::string& after = "y",
              const std::string& numbers = "[1], [0], [1], 1") {
    auto made = module("convs.CachedConv1d");
    made.register_buffer("weight", weight);
    made.register_buffer("bias", noise({weight.size(0)}));
    made.register_buffer("gain", torch::ones({1}));
    made.register_module("cache", cache);
    made.define(
        "def forward(self, x: Tensor):\n    y = torch.conv1d(self.cache.forward(x), self.weight, "
        "self.bias, " +
        numbers + ")\n    return " + after + "\n");
    return made;
  }
  Module conv(int in, int out, int kernel, const std::string& after = "y") {
    return conv(noise({out, in, kernel}), line(noise({4, in, kernel - 1}), false), after);
  }
  // One after the other; `order` names them by position, so that one may come twice.
  Module chain(const std::vector<Module>& parts, std::vector<size_t> order = {}) {
    auto made = module("torch.nn.modules.container.Sequential");
    for (size_t i = 0; i < parts.size(); ++i)
      made.register_module("m" + std::to_string(i), parts[i]);
    if (order.empty())
      for (size_t i = 0; i < parts.size(); ++i) order.push_back(i);
    std::string code = "def forward(self, x: Tensor):\n";
    for (const size_t i : order) code += "    x = self.m" + std::to_string(i) + ".forward(x)\n";
    made.define(code + "    return x\n");
    return made;
  }
  std::filesystem::path save(const std::string& name, const Module& net,
                             const std::string& setter = "",
                             const std::string& forward = "self.net.forward(x)") {
    auto root = module("Root");
    root.register_buffer("forward_params", torch::tensor({1, 1, 1, 1}));
    root.register_buffer("level_params", torch::tensor({2}));
    root.register_module("net", net);
    std::string code = "def forward(self, x: Tensor):\n    return " + forward + "\n";
    if (!setter.empty()) code += kSetter + "    " + setter + "\n    return 0\n";
    root.define(code);
    const auto path = scripts::folder() / (name + ".ts");
    root.save(path.string());
    return path;
  }

  // Ours, frames [B, T, C].
  Module ours(const std::string& name) { return module("nn_tilde.nn.streaming_layers." + name); }
  Module past(const at::Tensor& kept) {
    auto made = ours("Past");
    made.register_buffer("past", kept);
    made.define(
        "def forward(self, x: Tensor):\n    y = torch.cat([self.past[:x.size(0)].expand(x.size(0), "
        "-1, "
        "-1), x], 1)\n    self.past = y[:, x.size(1):]\n    return y\n");
    return made;
  }
  Module taps(const at::Tensor& weight, std::vector<int64_t> layout, const std::string& code) {
    auto made = ours("Taps");
    made.register_buffer("weight", weight);
    made.register_buffer("bias", torch::zeros({layout[2] > 0 && layout[2] < 99 ? layout[2] : 1}));
    made.register_attribute("layout", c10::ListType::ofInts(), c10::List<int64_t>(layout));
    made.define("def forward(self, x: Tensor):\n    return " + code + "\n");
    return made;
  }
  Module crop(int64_t start, int64_t end) {
    auto made = ours("Crop");
    made.register_attribute("start", c10::IntType::get(), start);
    made.register_attribute("end", c10::IntType::get(), end);
    made.define("def forward(self, x: Tensor):\n    return x\n");
    return made;
  }
};

const std::string kTurned = "self.net.forward(x.transpose(1, 2)).transpose(1, 2)";
const std::string kOne = "torch.matmul(x, self.weight) + self.bias";

}  // namespace

TEST_CASE("cached convolutions in a row become one network, each object with its own past") {
  Maker make;
  const auto path =
      make.save("row", make.chain({make.conv(1, 3, 3), make.conv(3, 2, 1), make.conv(2, 1, 40)}));
  const auto done = scripts::rewritten(path);
  CHECK(done.networks == 1);
  CHECK(done.caches == std::set<std::string>{"net.m0.cache.pad", "net.m2.cache.pad"});
  for (const int batch : {1, 3}) {
    Both both(path, scripts::block(16, batch));
    CHECK(both.accelerated());
    CHECK(both.apart() < 1e-5);
    scripts::Side second(path, scripts::loading(true), scripts::block(16, batch));
    CHECK(second.model == both.fast.model);
    const auto first = second.play(0);
    second.play(1);
    for (auto* side : {&both.plain, &both.fast}) side->engine->reset();
    CHECK(both.fast.play(0) == first);
    both.plain.play(0);
    CHECK(both.apart() < 1e-5);
  }
}

TEST_CASE("what changes later is not taken along") {
  for (const std::string what : {"gain", "bias", "weight"}) {
    CAPTURE(what);
    Maker make;
    const auto path = make.save(
        "late_" + what, make.chain({make.conv(1, 3, 3, "y * self.gain"), make.conv(3, 1, 2)}),
        "self.net.m0." + what + ".fill_(value)");
    Both both(path);
    CHECK(both.apart(3) < 1e-5);
    both.set("level", 0.5);
    CHECK(both.apart() < 1e-5);
  }
}

TEST_CASE("layers that do something else than their names say are played as they are") {
  for (const std::string after :
       {"y + 1", "torch.tanh(y)", "y * x.size(2)", "torch.cumsum(y, 2)"}) {
    CAPTURE(after);
    Maker make;
    Both both(make.save("other" + std::to_string(after.size()),
                        make.chain({make.conv(1, 3, 3, after), make.conv(3, 1, 2)})));
    CHECK(both.accelerated());  // layer by layer
    CHECK(both.apart() < 1e-5);
  }
}

TEST_CASE("one object twice in a row, and caches that are one tensor") {
  Maker make;
  const auto conv = make.conv(1, 1, 3);
  const auto twice = make.save("twice", make.chain({conv, make.conv(1, 1, 2)}, {0, 1, 0}));
  CHECK(Both(twice).apart() < 1e-5);
  const auto pad = Maker::noise({4, 1, 2});
  for (const bool view : {false, true}) {
    const auto other = view ? pad.view({4, 1, 2}) : pad;
    const auto shared =
        make.save(view ? "one_memory" : "one_tensor",
                  make.chain({make.conv(Maker::noise({1, 1, 3}), make.line(pad, false)),
                              make.conv(Maker::noise({1, 1, 3}), make.line(other, false))}));
    CHECK(Both(shared).apart() < 1e-5);
  }
}

TEST_CASE("caches of other shapes, types and memory") {
  const std::map<std::string, at::Tensor> caches{
      {"few", Maker::noise({1, 1, 2})},
      {"none", Maker::noise({0, 1, 2})},
      {"wide", Maker::noise({4, 3, 2})},
      {"flat", Maker::noise({1, 2})},
      {"thin", Maker::noise({4, 0, 2})},
      {"expanded", Maker::noise({1, 1, 1}).expand({4, 1, 2})},
      {"huge", Maker::noise({1, 1, 1}).expand({4, 1, int64_t{1} << 40})},
      {"turned", Maker::noise({2, 1, 4}).permute({2, 1, 0})},
      {"piece", Maker::noise({9, 1, 2}).narrow(0, 5, 4)},
      {"double", Maker::noise({4, 1, 2}).to(at::kDouble)}};
  for (const auto& [name, cache] : caches)
    for (const int batch : {1, 2}) {
      CAPTURE(name, batch);
      if (name == "huge") continue;  // plain torch computes with it
      Maker make;
      const auto path =
          make.save("cache_" + name + std::to_string(batch),
                    make.chain({make.conv(Maker::noise({1, 1, 3}), make.line(cache, false))}));
      CHECK(Both(path, scripts::block(16, batch)).apart(5) < 1e-5);
    }
}

TEST_CASE("convolutions of numbers that make no sense") {
  for (const std::string numbers :
       {"[0], [0], [1], 1", "[-1], [0], [1], 1", "[1], [0], [0], 1", "[1], [0], [1], 0",
        "[1], [0], [1], 3", "[1], [0], [4611686018427387904], 1",
        "[1], [0], [1], 4611686018427387904", "[1, 1], [0], [1], 1"}) {
    CAPTURE(numbers);
    Maker make;
    const auto net = make.chain({make.conv(
        Maker::noise({1, 1, 3}), make.line(Maker::noise({4, 1, 2}), false), "y", numbers)});
    CHECK(
        Both(make.save("numbers" + std::to_string(std::hash<std::string>()(numbers) % 99999), net))
            .apart(3) < 1e-5);
  }
}

TEST_CASE("ours: a past that is a piece of a larger tensor, more examples than before") {
  Maker make;
  const auto kept = Maker::noise({1, 30, 1}).narrow(1, 27, 3);
  const auto path = make.save(
      "piece",
      make.chain({make.past(kept), make.taps(Maker::noise({1, 2}), {1, 1, 2, 1, 1, 0, 1}, kOne),
                  make.taps(Maker::noise({2, 1}), {1, 2, 1, 1, 1, 0, 1}, kOne + "[:, 3:]")}),
      "", kTurned);
  CHECK(Both(path, scripts::block(16, 1)).apart(5) < 1e-5);
  CHECK(Both(path, scripts::block(16, 3)).apart(5) < 1e-5);
}

TEST_CASE("ours: layouts that promise more numbers than there are") {
  constexpr int64_t k = 1 << 24;
  for (const std::vector<int64_t>& layout :
       std::vector<std::vector<int64_t>>{{k, k, 1 << 16, 1, 1, 0, 1},
                                         {1, 1, 1, k, k, 0, 1},
                                         {1, 1, 1, 1, 1, 7, 1},
                                         {1, 1, 1, 0, 1, 0, 1},
                                         {1, -1, -1, 1, 1, 0, 1},
                                         {1, 1, 1, 1, 1, 0, k},
                                         {k, 1, 1, 1, k, 1, 1},
                                         {1, 1, k + 1, 1, 1, 0, 1}}) {
    CAPTURE(layout[0], layout[1], layout[2], layout[3], layout[4], layout[5], layout[6]);
    for (const bool empty : {false, true}) {
      Maker make;
      const auto weight = empty ? torch::zeros({0, 1}) : Maker::noise({1, 1});
      const auto net =
          make.chain({make.taps(weight, layout, empty ? "x" : "torch.matmul(x, self.weight)")});
      CHECK(Both(make.save("layout" + std::to_string(
                                          std::hash<int64_t>()(layout[0] + 3 * layout[2] +
                                                               5 * layout[3] + 7 * layout[5] +
                                                               11 * layout[6] + layout[1] + empty) %
                                          99999),
                           net, "", kTurned))
                .apart(3) < 1e-5);
    }
  }
}

TEST_CASE("ours: crops and shortcuts that reach beyond what is there") {
  for (const int64_t start :
       {int64_t{2000}, int64_t{-2000}, int64_t{1} << 23, int64_t{1} << 40, INT64_MIN, INT64_MAX}) {
    CAPTURE(start);
    Maker make;
    const auto one = [&] { return make.taps(Maker::noise({1, 1}), {1, 1, 1, 1, 1, 0, 1}, kOne); };
    CHECK(Both(make.save("crop" + std::to_string(start),
                         make.chain({one(), make.crop(start, 0), one()}), "", kTurned))
              .apart(3) < 1e-5);
    CHECK(Both(make.save("crops" + std::to_string(start),
                         make.chain({one(), make.crop(1, start), one(), make.crop(0, -3)}), "",
                         kTurned))
              .apart(3) < 1e-5);
    auto shortcut = make.ours("Residual");
    shortcut.register_module("past", make.past(Maker::noise({1, 2, 1})));
    shortcut.register_module("activation", one());
    shortcut.register_module("first", one());
    shortcut.register_module("rest", one());
    shortcut.register_attribute("start", c10::IntType::get(), start);
    shortcut.define(
        "def forward(self, x: Tensor):\n    j = self.past.forward(x)\n    return "
        "self.rest.forward(self.first.forward("
        "self.activation.forward(j)))[:, 2:] + j[:, :x.size(1)]\n");
    CHECK(Both(make.save("shortcut" + std::to_string(start), make.chain({shortcut}), "", kTurned))
              .apart(3) < 1e-5);
  }
}

TEST_CASE("modules that hold one another at many places") {
  Maker make;
  // By name only: no code calls all of these.
  Module inner = make.taps(Maker::noise({1, 1}), {1, 1, 1, 1, 1, 0, 1}, kOne);
  for (int i = 0; i < 4; ++i) {
    auto around = make.ours("Residual");
    for (const char* name : {"past", "activation", "first", "rest"})
      around.register_module(name, inner);
    around.register_attribute("start", c10::IntType::get(), 0);
    around.define("def forward(self, x: Tensor):\n    return self.first.forward(x)\n");
    inner = around;
  }
  CHECK(Both(make.save("often", make.chain({inner}), "", kTurned)).apart(3) < 1e-5);
}

TEST_CASE("reading a packed weight says what is the matter") {
  Maker make;
  const auto path = make.save("sentence", make.chain({make.conv(1, 3, 3), make.conv(3, 1, 3)}));
  auto module = torch::jit::load(path.string());
  const auto mutations = nn::find_mutations(module);
  nn::accel::put_on_kernels(module, nn::Precision::exact, true,
                            [&](const std::string& name) { return mutations.may_write(name); });
  const auto weight = module.attr("net").toModule().attr("m0").toModule().attr("weight").toTensor();
  CHECK(weight.sizes() == at::IntArrayRef({3, 1, 3}));
  CHECK_THROWS_WITH(weight.sum(), Catch::Contains("packed for acceleration"));
}
