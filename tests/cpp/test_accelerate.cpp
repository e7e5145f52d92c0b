// Single layers of any model, on packed kernels: as they are, or left alone.
#include "accelerated.h"

using scripts::Both;

namespace {

// Folds whatever a layer made into as many frames as went in.
const std::string kFold = R"py(
def fold(self, y: Tensor, x: Tensor):
    k = x.size(2)
    y = y.reshape(x.size(0), -1)
    y = torch.constant_pad_nd(y, [0, (k - y.size(1) % k) % k])
    return y.reshape(x.size(0), -1, k).sum(1, keepdim=True)
)py";

std::string list(int64_t n) { return "[" + std::to_string(n) + "]"; }

scripts::Source source(const std::string& code, std::map<std::string, at::Tensor> tensors,
                       int in = 1) {
  return {kFold + code, {{"forward", {in, 1, 1, 1}}}, false, std::move(tensors)};
}

at::Tensor noise(at::IntArrayRef sizes) { return torch::randn(sizes) * 0.3; }

}  // namespace

TEST_CASE("conv1d of every stride, padding, dilation and number of groups") {
  int made = 0;
  for (const int stride : {1, 3})
    for (const int padding : {0, 5})
      for (const int dilation : {1, 4})
        for (const int groups : {1, 2})
          for (const bool bias : {false, true}) {
            const bool alone = (made + bias) % 2;
            CAPTURE(stride, padding, dilation, groups, bias, alone);
            const std::string x = alone ? "x[0]" : "x";
            const auto path = scripts::save(
                "conv" + std::to_string(made++),
                source("def forward(self, x: Tensor):\n    y = torch.conv1d(" + x + ", self.w, " +
                           (bias ? "self.b" : "None") + ", " + list(stride) + ", " + list(padding) +
                           ", " + list(dilation) + ", " + std::to_string(groups) +
                           ")\n    return self.fold(y, x)\n",
                       {{"w", noise({6, 4 / groups, 3})}, {"b", noise({6})}}, 4));
            Both both(path, scripts::block(24, alone ? 1 : 3));
            CHECK(both.accelerated());
            CHECK(both.apart() < 1e-5);
          }
}

TEST_CASE("conv_transpose1d of every stride, padding and output padding") {
  int made = 0;
  for (const int stride : {1, 2, 5})
    for (const int padding : {0, 2})
      for (const int more : {0, 1})
        for (const int kernel : {3, 8}) {
          if (more >= stride || (more == 1) != (padding == 2)) continue;
          CAPTURE(stride, padding, more, kernel);
          const auto path =
              scripts::save("transposed" + std::to_string(made++),
                            source("def forward(self, x: Tensor):\n    y = "
                                   "torch.conv_transpose1d(x, self.w, self.b, " +
                                       list(stride) + ", " + list(padding) + ", " + list(more) +
                                       ", 1, [1])\n    return self.fold(y, x)\n",
                                   {{"w", noise({3, 5, kernel})}, {"b", noise({5})}}, 3));
          Both both(path, scripts::block(16, 2));
          CHECK(both.accelerated());
          CHECK(both.apart() < 1e-5);
        }
}

TEST_CASE("linear, addmm, mm and matmul, weights as they are or turned") {
  const std::map<std::string, std::pair<std::string, at::IntArrayRef>> products{
      {"linear", {"torch.linear(x.transpose(1, 2), self.w, self.b)", {7, 4}}},
      {"unbiased", {"torch.linear(x.transpose(1, 2), self.w)", {7, 4}}},
      {"addmm", {"torch.addmm(self.b, x[0].t(), self.w)", {4, 7}}},
      {"addmm_row", {"torch.addmm(self.b.unsqueeze(0), x[0].t(), self.w)", {4, 7}}},
      {"addmm_turned", {"torch.addmm(self.b, x[0].t(), self.w.t())", {7, 4}}},
      {"mm", {"torch.mm(x[0].t(), self.w)", {4, 7}}},
      {"mm_turned", {"torch.mm(x[0].t(), self.w.t())", {7, 4}}},
      {"matmul", {"torch.matmul(x.transpose(1, 2), self.w)", {4, 7}}},
      {"vector", {"torch.matmul(x[0, :, 0], self.w)", {4, 7}}},
      {"matmul_turned", {"torch.matmul(x.transpose(1, 2), self.w.t())", {7, 4}}}};
  for (const auto& [name, product] : products) {
    CAPTURE(name);
    const auto path = scripts::save(
        name,
        source("def forward(self, x: Tensor):\n    return self.fold(" + product.first + ", x)\n",
               {{"w", noise(product.second)}, {"b", noise({7})}}, 4));
    Both both(path);
    CHECK(both.accelerated());
    CHECK(both.apart() < 1e-5);
  }
}

TEST_CASE("coarse precisions differ by what they leave out") {
  const auto path = scripts::save(
      "coarse", source("def forward(self, x: Tensor):\n"
                       "    return self.fold(torch.conv1d(x, self.w, None, [1], [8], [1], 1), x)\n",
                       {{"w", noise({16, 4, 17})}}, 4));
  CHECK(Both(path, scripts::block(64), nn::Precision::half).apart() < 3e-3);
  const double bf16 = Both(path, scripts::block(64), nn::Precision::bf16).apart();
  CHECK(bf16 < 3e-2);
  CHECK(bf16 > 1e-5);
}

TEST_CASE("weights that something else needs are right, packed or not") {
  const std::string conv = "torch.conv1d(x, self.w, None, [1], [1], [1], 1)";
  const std::map<std::string, std::string> uses{
      {"twice", "def forward(self, x: Tensor):\n    return " + conv + " + 2 * " + conv + "\n"},
      {"two_packings", "def forward(self, x: Tensor):\n    return " + conv +
                           " + torch.conv_transpose1d(x, self.w, None, [1], [1], [0], 1, [1])\n"},
      {"read", "def forward(self, x: Tensor):\n    return " + conv + " * self.w.sum()\n"},
      {"input", "def forward(self, x: Tensor):\n    return " + conv +
                    " + torch.conv1d(self.w, self.w, None, [1], [1], [1], 1).sum()\n"},
      {"choice",
       "def forward(self, x: Tensor):\n    w = self.w\n    if x.size(2) > 8:\n        w = "
       "self.v\n    return torch.conv1d(x, w, None, [1], [1], [1], 1)\n"}};
  for (const auto& [name, code] : uses) {
    CAPTURE(name);
    const auto path = scripts::save(
        "use_" + name, source(code, {{"w", noise({1, 1, 3})}, {"v", noise({1, 1, 3})}}));
    Both both(path);
    CHECK(both.apart() < 1e-5);
  }
}

TEST_CASE("weights that a method changes are played as they are now") {
  const std::map<std::string, std::string> changes{
      {"in_place", "self.w.fill_(value)"},
      {"rebound", "self.w = torch.full_like(self.w, value)"},
      {"by_view", "self.v.fill_(value)"},
      {"by_list", "self.all[0].fill_(value)"}};
  for (const auto& [name, change] : changes) {
    CAPTURE(name);
    torch::jit::Module module("changing_" + name);
    const auto w = noise({1, 1, 3});
    module.register_buffer("forward_params", torch::tensor({1, 1, 1, 1}));
    module.register_buffer("level_params", torch::tensor({2}));
    module.register_buffer("w", w);
    if (name == "by_view") module.register_buffer("v", w.view({3}));
    if (name == "by_list")
      module.register_attribute("all", c10::ListType::ofTensors(),
                                c10::List<at::Tensor>({w.view({3})}));
    module.define(
        "def forward(self, x: Tensor):\n    return torch.conv1d(x, self.w, None, [1], [1], [1], "
        "1)\n"
        "def get_methods(self):\n    return [\"forward\"]\ndef get_attributes(self):\n    return "
        "[\"none\", "
        "\"level\"]\ndef get_level(self):\n    return float(self.w[0, 0, 0])\n"
        "def set_level(self, value: float):\n    " +
        change + "\n    return 0\n");
    const auto path = scripts::folder() / ("changing_" + name + ".ts");
    module.save(path.string());
    Both both(path);
    CHECK(both.apart(3) < 1e-5);
    both.set("level", 3);
    CHECK(both.apart() < 1e-5);
    for (auto* side : {&both.plain, &both.fast}) side->engine->reset();
    CHECK(both.apart() < 1e-5);
  }
}

TEST_CASE("a number of groups or a stride that a method changes") {
  const auto path = scripts::save("regroup", [] {
    auto made = source(
        "def forward(self, x: Tensor):\n    g = int(self.g)\n    return "
        "self.fold(torch.conv1d(x[:, "
        ":4 // g], self.w, None, [g], [1], [g], 1) + int(self.g), x)\n",
        {{"w", noise({2, 2, 3})}, {"g", torch::full({1}, 2)}}, 4);
    return made;
  }());
  CHECK(Both(path).apart() < 1e-5);
}

TEST_CASE("outputs that are no numbers, and methods that throw") {
  const auto nan = scripts::save(
      "nan", source("def forward(self, x: Tensor):\n    y = torch.conv1d(x, self.w, None, "
                    "[1], [1], [1], 1)\n    return torch.sqrt(y)\n",
                    {{"w", noise({1, 1, 3})}}));
  Both both(nan);
  CHECK(both.accelerated());
  // The root of a number near zero doubles its error's exponent; where one is NaN both are.
  CHECK(both.apart() < 1e-2);
  const auto thrown = scripts::save(
      "thrown", source("def forward(self, x: Tensor):\n    assert x.size(2) == 3\n    "
                       "return torch.conv1d(x, self.w, None, [1], [1], [1], 1)\n",
                       {{"w", noise({1, 1, 3})}}));
  CHECK(Both(thrown).apart(3) == 0);
}

TEST_CASE("numbers that torch refuses are refused, not read as memory") {
  const std::map<std::string, std::string> bad{
      {"padding", "torch.conv1d(x, self.w, None, [1], [int(self.n)], [1], 1)"},
      {"stride", "torch.conv1d(x, self.w, None, [int(self.n)], [1], [1], 1)"},
      {"dilation", "torch.conv1d(x, self.w, None, [1], [1], [int(self.n)], 1)"},
      {"many", "torch.conv1d(x, self.w, None, [1, int(self.n)], [1], [1], 1)"},
      {"cut", "torch.conv_transpose1d(x, self.w, None, [2], [int(self.n)], [0], 1, [1])"},
      {"more", "torch.conv_transpose1d(x, self.w, None, [2], [0], [int(self.n)], 1, [1])"}};
  int count = 0;
  for (const auto& [name, call] : bad)
    for (const int64_t n : {int64_t{-1}, int64_t{-40}, int64_t{1} << 33, int64_t{1} << 62}) {
      CAPTURE(name, n);
      auto made = source("def forward(self, x: Tensor):\n    return self.fold(" + call + ", x)\n",
                         {{"w", noise({1, 1, 3})}, {"n", torch::tensor({n})}});
      if (n > 0 && (name == "stride" || name == "padding"))
        continue;  // plain torch takes all memory
      Both both(scripts::save("bad" + std::to_string(count++), made));
      CHECK(both.apart(2) < 1e-5);
    }
  const auto cube =
      scripts::save("cube", source("def forward(self, x: Tensor):\n    return "
                                   "self.fold(torch.addmm(self.b, x.expand(3, -1, -1), "
                                   "self.w), x)\n",
                                   {{"w", noise({64, 7})}, {"b", noise({1, 7})}}));
  CHECK(Both(cube).apart(2) < 1e-5);
}

TEST_CASE("a weight larger than its memory") {
  const auto path = scripts::save(
      "expanded", source("def forward(self, x: Tensor):\n    return x * self.w.size(0) + "
                         "torch.linear(x[:, :, :1], "
                         "self.w[:1, :1]).sum()\n"
                         "def other(self, x: Tensor):\n    return torch.linear(x, self.w)\n",
                         {{"w", noise({1, 1}).expand({1 << 20, 1 << 20})}}));
  CHECK(Both(path).apart(2) < 1e-5);
}

TEST_CASE("random numbers are the same, and loading leaves the others' generator alone") {
  const auto path =
      scripts::save("random", source("def forward(self, x: Tensor):\n    y = x + "
                                     "torch.randn_like(x) + torch.rand([1])\n    return "
                                     "torch.conv1d(y, self.w, None, [1], [1], [1], 1)\n",
                                     {{"w", noise({1, 1, 3})}}));
  torch::manual_seed(5);
  const auto wanted = torch::rand({4});
  torch::manual_seed(5);
  const auto model = nn::Model::load(path, scripts::loading(true));
  CHECK(torch::equal(torch::rand({4}), wanted));
  CHECK(model->accelerated());
  CHECK(Both(path).apart() < 1e-5);
}

TEST_CASE("a method that never returns leaves the model plain, and says so") {
  const auto path = scripts::save(
      "endless",
      {"def forward(self, x: Tensor):\n    return torch.conv1d(x, self.w, None, [1], [1], [1], 1)\n"
       "def ever(self, x: Tensor):\n    while bool(x.size(0) > 0):\n        self.n += 1\n    "
       "return x\n"
       "def get_methods(self):\n    return [\"forward\", \"ever\"]\n",
       {{"forward", {1, 1, 1, 1}}, {"ever", {1, 1, 1, 1}}},
       false,
       {{"w", noise({1, 1, 3})}, {"n", torch::zeros({1})}}});
  auto options = scripts::loading(true);
  options.trial_limit = 0.2;
  const auto model = nn::Model::load(path, options);
  CHECK_FALSE(model->accelerated());
  CHECK_THAT(model->remark(), Catch::Contains("did not return within 0.2 s"));
}
