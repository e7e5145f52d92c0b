#include <catch2/catch.hpp>

#include "nn/model.h"
#include "script_models.h"

using nn::Type;

namespace {

nn::Contract contract_of(const std::string& name, const scripts::Source& source) {
  return nn::Model::load(scripts::save(name, source))->contract();
}

}  // namespace

TEST_CASE("a file of today: methods, attributes, labels, in the file's order") {
  const auto contract = contract_of("today", scripts::gain());
  REQUIRE(contract.methods.size() == 2);
  CHECK(contract.methods[0].name == "forward");
  CHECK(contract.methods[1].name == "last");
  CHECK(contract.methods[0].input_labels.front() == "(signal) model input 0");
  REQUIRE(contract.attributes.size() == 1);  // "none" is nobody
  CHECK((contract.attributes[0].types == std::vector<Type>{Type::real}));
  CHECK(contract.takes_sample_rate);
  CHECK(contract.remarks.empty());
}

TEST_CASE("RAVE of the first years: no get_methods, only parameters, as floats") {
  const auto contract = contract_of(
      "early", {R"py(
def encode(self, x: Tensor):
    return x.reshape(1, 1, -1, 4).mean(-1).repeat(1, 3, 1)
def decode(self, z: Tensor, from_forward: bool = False):
    return z.mean(1, keepdim=True).repeat_interleave(4, -1)
def forward(self, x: Tensor):
    return self.decode(self.encode(x), True)
def helper(self, x: Tensor):
    return x
)py",
                {{"encode", {1, 1, 3, 4}}, {"decode", {3, 4, 1, 1}}, {"forward", {1, 1, 1, 1}}},
                true});
  CHECK(contract.methods.size() == 3);
  REQUIRE(contract.method("decode"));
  CHECK(contract.method("decode")->in_ratio == 4);
  CHECK_FALSE(contract.method("helper"));
  CHECK(contract.highest_ratio() == 4);
  CHECK(contract.attributes.empty());
}

TEST_CASE("what is odd is left out with a sentence; what is left plays") {
  const auto contract = contract_of("odd", {R"py(
def forward(self, x: Tensor):
    return x
def silent(self, x: Tensor):
    return x
def negative(self, x: Tensor):
    return x
def huge(self, x: Tensor):
    return x
def short(self, x: Tensor):
    return x
def get_methods(self):
    return ["forward", "silent", "negative", "huge", "short", "absent", "forward"]
def get_attributes(self):
    return ["odd", "lost"]
def set_odd(self, x: int):
    return 0
)py",
                                            {{"forward", {1, 1, 1, 1}},
                                             {"negative", {1, -1, 1, 1}},
                                             {"huge", {1 << 20, 1, 1, 1}},
                                             {"short", {1, 1}},
                                             {"odd", {9}}}});
  CHECK(contract.methods.size() == 1);
  CHECK(contract.attributes.empty());
  CHECK(contract.remarks.size() == 8);
  for (const auto& remark : contract.remarks) CHECK(remark.back() == '.');
}

TEST_CASE("a file with nothing to play is refused") {
  const auto refuse = [](const std::string& name, const scripts::Source& source, const char* part) {
    const auto path = scripts::save(name, source);
    CHECK_THROWS_WITH(nn::Model::load(path), Catch::Contains(part));
  };
  refuse("mute", {"def forward(self, x: Tensor):\n    return x\n", {}},
         "no method that can be played");
  refuse("ratios",
         {"def a(self, x: Tensor):\n    return x\ndef get_methods(self):\n    return [\"a\"]\n",
          {{"a", {1, 99991, 1, 99989}}}},
         "common block");
}

TEST_CASE("values: what a musician types becomes what the model wants, whatever the locale") {
  const auto as = [](nn::Value v, Type t) { return nn::as_type(v, t, "a"); };
  for (const char* no : {"0", "0.", "0.0", "0.000000", "false", "False"})
    CHECK(std::get<bool>(as(std::string(no), Type::boolean)) == false);
  for (const char* yes : {"1", "1.0", "true", "True", "2"})
    CHECK(std::get<bool>(as(std::string(yes), Type::boolean)) == true);
  CHECK(std::get<int64_t>(as(3.0, Type::integer)) == 3);
  CHECK(std::get<int64_t>(as(std::string("-7"), Type::integer)) == -7);
  CHECK(std::get<double>(as(std::string("0.1"), Type::real)) == 0.1);
  CHECK(std::get<double>(as(int64_t{2}, Type::real)) == 2.0);
  CHECK(std::get<std::string>(as(int64_t{2}, Type::string)) == "2");
  CHECK(std::get<std::string>(as(0.1, Type::string)) == "0.1");
  CHECK_THROWS_AS(as(0.5, Type::integer), nn::Error);
  CHECK_THROWS_AS(as(std::string("loud"), Type::real), nn::Error);
  CHECK_THROWS_AS(as(std::string("maybe"), Type::boolean), nn::Error);
  CHECK_THROWS_AS(as(1.0, Type::buffer), nn::Error);
  CHECK_THROWS_AS(as(1e300, Type::integer), nn::Error);
  CHECK(nn::to_text(0.5) == "0.500000");
  CHECK(nn::to_text(true) == "true");
  CHECK(nn::to_text(nn::TensorValue{{2, 3}, {}}) == "Tensor(dim: 2, 3)");
}
