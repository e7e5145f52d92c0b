// nn.info: what it says about a model, and that it holds nobody up.
#include "session.h"

using namespace session;
namespace mk = max_kernel;

namespace {

std::string model() {
  models::save("described",
               {R"py(
def encode(self, x: Tensor):
    return x
def decode(self, x: Tensor):
    return x
def get_methods(self):
    return ["encode", "decode"]
def get_attributes(self):
    return ["level"]
def get_level(self):
    return (1.0, True)
def set_level(self, a: float, b: bool):
    return 0
)py",
                {{"encode", {1, 1, 8, 2048}}, {"decode", {8, 2048, 2, 1}}, {"level", {2, 0}}}});
  return "described";
}

std::vector<std::string> told(Object* info, int outlet) {
  std::vector<std::string> lines;
  for (const auto& out : mk::outputs(info))
    if (out.outlet == outlet)
      lines.push_back(out.selector + (out.atoms.empty() ? "" : " " + mk::text(out.atoms)));
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("nn.info: six outlets with right values in the file's order") {
  const Max max;
  ::setenv("NN_HUB_ROOT", "http://127.0.0.1:9/", 1);  // nobody is there
  const auto name = model();
  Object* const info = made("nn.info");
  REQUIRE(info);
  CHECK(mk::outlets(info) == 6);
  mk::send(info, "path");
  CHECK(told(info, 0) == Lines{"symbol none"});
  mk::send(info, "methods");
  CHECK(said(Line::error, "No model has been read"));
  mk::take_outputs(info);
  mk::take_console();
  mk::send(info, "set " + name);
  mk::send(info, "path");
  mk::send(info, "bang");
  CHECK(mk::outputs(info).empty());  // it is read in the background
  REQUIRE(mk::run_main_until([&] { return told(info, 4).size() == 1; }, 20000));
  CHECK(told(info, 0) == Lines{"symbol " + (models::folder() / (name + ".ts")).string()});
  CHECK(told(info, 1) == Lines{"method encode", "method decode"});
  CHECK(told(info, 2) == Lines{"attribute level"});
  CHECK(told(info, 3) ==
        Lines{"level attribute_type float bool", "encode channels_in 1", "encode channels_out 8",
              "encode ratio_in 1", "encode ratio_out 2048", "decode channels_in 8",
              "decode channels_out 2", "decode ratio_in 2048", "decode ratio_out 1"});
  const auto dictionary = told(info, 4)[0].substr(std::string("dictionary ").size());
  const auto json = mk::dictionary_json(dictionary);
  CHECK(json.find("\"channels_out\"") != std::string::npos);
  CHECK(json.find("2048") != std::string::npos);
  CHECK(json.find("attribute_type") != std::string::npos);
  REQUIRE(mk::run_main_until(
      [&] { return !mk::console().empty() && mk::console().back().kind == Line::error; }, 20000));
  mk::take_outputs(info);
  mk::send(info, "parameters decode");
  mk::send(info, "parameters level");
  mk::run_main(50);
  CHECK(told(info, 3).size() == 5);
}

TEST_CASE("nn.info: arguments, @dict, and what makes no sense") {
  const Max max;
  ::setenv("NN_HUB_ROOT", "http://127.0.0.1:9/", 1);
  const auto name = model();
  mk::create_dictionary("mine", "{\"old\": 1}");
  Object* const info = made("nn.info " + name + " @dict mine");
  REQUIRE(info);
  mk::send(info, "dump_dict");
  REQUIRE(mk::run_main_until([&] { return told(info, 4).size() == 1; }, 20000));
  CHECK(told(info, 4) == Lines{"dictionary mine"});
  const auto json = mk::dictionary_json("mine");
  CHECK(json.find("encode") != std::string::npos);
  CHECK(json.find("old") == std::string::npos);
  CHECK(mk::text(*mk::attribute(info, "dict")) == "mine");
  for (const auto& [message, error] : std::vector<std::pair<std::string, std::string>>{
           {"set", "takes one name"},
           {"set 5", "takes one name"},
           {"set no_such_model", "There is no model"},
           {"parameters nothing", "no method or attribute"},
           {"parameters", "takes one name"},
           {"methods 1", "takes nothing"},
           {"download one", "is not a model of the hub"},
           {"delete no_such_model", "no_such_model"},
           {"frobnicate", "understand"}}) {
    INFO(message);
    mk::take_console();
    mk::send(info, message);
    CHECK(mk::run_main_until([&e = error] { return mk::console_has(Line::error, e); }, 3000));
  }
  CHECK(mk::destroy(info));  // the dictionary of others stays
  CHECK_FALSE(mk::dictionary_json("mine").empty());
}
