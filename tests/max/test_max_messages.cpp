// Every argument, message and attribute of nn~, mc.nn~ and mcs.nn~, well-formed and not.
#include <fstream>

#include "session.h"

using namespace session;
namespace mk = max_kernel;

namespace {

models::Model everything() {
  return {R"py(
def forward(self, x: Tensor):
    return x * self.factor
def twice(self, x: Tensor):
    return torch.cat([x, x * 2.0], 1)
def get_methods(self):
    return ["forward", "twice"]
def get_attributes(self):
    return ["gain", "many", "fixed"]
def get_gain(self):
    return float(self.factor)
def set_gain(self, value: float):
    if value > 100.0:
        return -1
    self.factor.fill_(value)
    return 0
def get_many(self):
    return (bool(self.flag), int(self.number), float(self.real), self.word)
def set_many(self, a: bool, b: int, c: float, d: str):
    self.flag.fill_(a)
    self.number.fill_(b)
    self.real.fill_(c)
    return 0
def get_fixed(self):
    return 7
def set_fixed(self, value: int):
    return -1
)py",
          {{"forward", {1, 1, 1, 1}},
           {"twice", {1, 1, 2, 1}},
           {"gain", {2}},
           {"many", {0, 1, 2, 3}},
           {"fixed", {1}}},
          {{"factor", {{}, 1}}, {"flag", {{}, 0}}, {"number", {{}, 0}}, {"real", {{}, 0}}}};
}

// `word` is no tensor, so that get_many does not script without it.
std::string model(const std::string& name = "everything") {
  auto source = everything();
  const auto at = source.code.find(", self.word)");
  source.code.replace(at, std::string(", self.word)").size(), ", \"apple\")");
  models::save(name, source);
  return name;
}

bool tells(Object* nn, int outlet, const std::string& selector, const std::string& atoms) {
  for (const auto& out : mk::outputs(nn))
    if (out.outlet == outlet && out.selector == selector && mk::text(out.atoms) == atoms)
      return true;
  for (const auto& out : mk::outputs(nn))
    UNSCOPED_INFO(out.outlet << ": " << out.selector << " " << mk::text(out.atoms));
  return false;
}

}  // namespace

TEST_CASE("arguments: what makes an object, and what makes none") {
  const Max max;
  const auto name = model();
  struct Form {
    std::string text;
    int ins, outs;
  };
  const std::vector<Form> good{
      {"nn~ " + name, 1, 1},
      {"nn~ " + name + ".ts twice", 1, 2},
      {"nn~ " + (models::folder() / name).string() + " twice 512", 1, 2},
      {"nn~ " + name + " twice 512 3 4", 3, 4},
      {"nn~ " + name + " 2048", 1, 1},
      {"nn~ " + name + " nothing 512 2 2", 2, 2},  // the method is missed on the console only
      {"nn~ void 3", 3, 1},
      {"nn~ void 3 2", 3, 2},
      {"nn~ void 3 2 1024", 3, 2},
      {"nn~", 1, 0},
      {"mc.nn~", 1, 0},
      {"mcs.nn~", 1, 0},
      {"mc.nn~ " + name + " twice", 1, 2},
      {"mc.nn~ void 2 3", 2, 3},
      {"mcs.nn~ " + name, 1, 1},
      {"mcs.nn~ " + name + " twice 3", 3, 3},
      {"mcs.nn~ void 4", 4, 4},
      {"mcs.nn~ void", 1, 1},
      {"nn~ " + name + " forward 512 -1 0", 1, 1},
      {"nn~ " + name + " @dumpout 1", 1, 2},
  };
  for (const auto& form : good) {
    INFO(form.text);
    mk::take_console();
    Object* const nn = mk::create(form.text);
    REQUIRE(nn);
    CHECK(mk::inlets(nn) == form.ins);
    CHECK(mk::outlets(nn) == form.outs);
    mk::run_main(30);
    CHECK(mk::destroy(nn));
  }
  const std::vector<std::pair<std::string, std::string>> bad{
      {"nn~ no_such_model", "There is no model"},
      {"nn~ " + name + " nothing", "no method 'nothing'"},
      {"mc.nn~ " + name + " nothing", "no method 'nothing'"},
      {"mcs.nn~ " + name + " nothing", "no method 'nothing'"},
      {"nn~ void", "void takes a number of inlets"},
      {"nn~ void forward", "is a whole number"},
      {"nn~ void 100000", "is a whole number"},
      {"nn~ " + name + " forward 1e12", "at most 2^24"},
      {"mcs.nn~ " + name + " forward 2.5", "is a whole number"},
  };
  for (const auto& [text, error] : bad) {
    INFO(text);
    mk::take_console();
    CHECK(mk::create(text) == nullptr);
    CHECK(said(Line::error, error));
  }
  std::ofstream(models::folder() / "broken.ts") << "no archive";
  mk::take_console();
  CHECK(mk::create("nn~ broken") == nullptr);
  CHECK_FALSE(mk::take_console().empty());
}

TEST_CASE("get, set, and every report, on the console and out of the dump outlet") {
  const Max max;
  const auto name = model();
  for (const std::string kind : {"nn~", "mc.nn~", "mcs.nn~"}) {
    INFO(kind);
    Object* const nn = made(kind + " " + name + " @dumpout 1");
    REQUIRE(nn);
    REQUIRE(settled(nn));
    const int dump = 1;
    mk::send(nn, "set gain 2.5");
    mk::send(nn, "get gain");
    REQUIRE(mk::run_main_until([] { return mk::console_has(Line::post, "gain:"); }));
    CHECK(said(Line::post, "gain: 2.500000"));
    CHECK(tells(nn, dump, "get", "gain 2.5"));
    mk::send(nn, "set many 0. 7 0.25 pear");  // a float that is 0 is false
    mk::send(nn, "get many");
    REQUIRE(mk::run_main_until([] { return mk::console_has(Line::post, "many:"); }));
    CHECK(said(Line::post, "many: false 7 0.250000 apple"));
    mk::take_outputs(nn);
    mk::take_console();
    for (const char* message : {"get_methods", "get_attributes", "bang", "dump", "get_latency"})
      mk::send(nn, message);
    REQUIRE(settled(nn));
    CHECK(tells(nn, dump, "methods", "forward twice"));
    CHECK(tells(nn, dump, "attributes", "gain many fixed"));
    CHECK(tells(nn, dump, "loaded", "1"));
    CHECK(tells(nn, dump, "method", "forward"));
    CHECK(tells(nn, dump, "dim", "1 1"));
    CHECK(tells(nn, dump, "ratio", "1 1"));
    CHECK(tells(nn, dump, "method_params", "twice 1 1 2 1"));
    CHECK(tells(nn, dump, "attribute_type", "many bool int float string"));
    CHECK(mk::destroy(nn));
  }
  Object* const nn = made("nn~ " + name);
  REQUIRE(settled(nn));
  mk::send(nn, "dump");
  REQUIRE(mk::run_main_until([] { return mk::console_has(Line::post, "accelerated:"); }));
  CHECK(said(Line::post, "model_path: " + (models::folder() / (name + ".ts")).string()));
  CHECK(said(Line::post, "input dimension: 1"));
  CHECK(said(Line::post, "output ratio: 1"));
  CHECK(said(Line::post, "methods: forward; twice; "));
  CHECK(said(Line::post, "attributes: gain; many; fixed; "));
  CHECK(mk::outputs(nn).empty());  // no dump outlet: nothing goes out but sound
}

TEST_CASE("messages that make no sense are errors, and nothing else") {
  const Max max;
  const auto name = model();
  Object* const nn = made("mc.nn~ " + name);
  REQUIRE(settled(nn));
  const std::vector<std::pair<std::string, std::string>> bad{
      {"load", "takes the name of a model"},
      {"load 5", "takes names"},
      {"load no_such_model", "There is no model"},
      {"load " + name + " forward more", "takes the name of a model"},
      {"method nothing", "no method 'nothing'"},
      {"method", "takes the name of a method"},
      {"set gain", "takes the name of an attribute and its values"},
      {"set", "takes the name of an attribute and its values"},
      {"set 5 6", "takes the name of an attribute first"},
      {"set nothing 1", "nothing"},
      {"set gain 1 2", "takes 1 value"},
      {"set gain word", "gain"},
      {"set many 1 2", "takes 4 values"},
      {"set gain 1000", "refused"},
      {"get", "takes the name of an attribute"},
      {"get 3", "takes the name of an attribute first"},
      {"get nothing", "nothing"},
      {"bufsize", "takes a number of samples"},
      {"bufsize word", "is a number of samples"},
      {"reload 1", "takes nothing"},
      {"stats 1", "takes nothing"},
      {"dump everything", "takes nothing"},
      {"download", "takes a card"},
      {"download one", "is not a model of the hub"},
      {"download 5 6", "is a word"},
      {"download a/b/c ../up", "name"},
      {"delete", "takes the name or card"},
      {"delete no_such_model", "no_such_model"},
      {"remove ../../etc", "cannot be part of"},
      {"enable word", "enable is 0 or 1"},
      {"enable 1 2", "enable takes one value"},
      {"late never", "late is silence, hold or bypass"},
      {"latency loose", "latency is standard or tight"},
      {"precision double", "precision is exact, half or bf16"},
      {"threads 3", "threads is a whole number from 1 to 2"},
      {"block word", "is a number of samples"},
      {"chans -1", "chans is a whole number"},
      {"chans many", "chans is a whole number"},
      {"dumpout 1", "decided when the object is made"},
      {"frobnicate 1", "understand"},
  };
  for (const auto& [message, error] : bad) {
    INFO(message);
    mk::take_console();
    mk::send(nn, message);
    CHECK(mk::run_main_until([&] { return mk::console_has(Line::error, error); }, 3000));
    if (!mk::console_has(Line::error, error)) WARN("the console says:\n" + all_lines());
  }
  CHECK(settled(nn));  // alive
}

TEST_CASE("attributes: as arguments, messages, in the inspector, read back, with their menus") {
  const Max max;
  const auto name = model();
  for (const std::string kind : {"nn~", "mc.nn~", "mcs.nn~"}) {
    const auto info = mk::describe(kind);
    REQUIRE(info);
    std::vector<std::string> names;
    for (const auto& attribute : info->attributes) {
      INFO(kind << " " << attribute.name);
      names.push_back(attribute.name);
      CHECK_FALSE(attribute.label.empty());
      CHECK(attribute.save == (attribute.name != "block"));  // which the text of the box says
      CHECK(attribute.has_default);
      if (attribute.type == "symbol") CHECK(attribute.enum_values.size() >= 2);
    }
    CHECK(names.size() == (kind == "nn~" ? 11 : 12));

    Object* const nn = made(kind + " " + name +
                            " @enable 0 @late hold @latency tight @precision half @threads 2"
                            " @accelerate 0 @block 512 @track_buffers 1 @offline 1 @dumpout 1");
    REQUIRE(nn);
    const auto value = [&](const char* attribute) {
      const auto atoms = mk::attribute(nn, attribute);
      return atoms ? mk::text(*atoms) : "none";
    };
    CHECK(value("enable") == "0");
    CHECK(value("late") == "hold");
    CHECK(value("latency") == "tight");
    CHECK(value("precision") == "half");
    CHECK(value("threads") == "2");
    CHECK(value("accelerate") == "0");
    CHECK(value("block") == "512");
    CHECK(value("track_buffers") == "1");
    CHECK(value("offline") == "1");
    CHECK(value("dumpout") == "1");
    CHECK(value("gpu") == "0");
    mk::send(nn, "late bypass");
    mk::send(nn, "block 1024");
    CHECK(mk::set_attribute(nn, "enable", {int64_t{1}}));
    REQUIRE(settled(nn));
    CHECK(value("late") == "bypass");
    CHECK(value("block") == "1024");
    CHECK(value("enable") == "1");
    mk::take_outputs(nn);
    mk::send(nn, "getlate");
    CHECK(tells(nn, 1, "late", "bypass"));
    CHECK(mk::destroy(nn));
  }
}

TEST_CASE("an attribute set while the model changes is kept; reset makes it what the file says") {
  const Max max;
  Object* const nn = made("nn~ " + model() + " @dumpout 1");
  REQUIRE(settled(nn));
  const auto gain = [&] {
    mk::take_outputs(nn);
    mk::send(nn, "get gain");
    std::string told = "none";
    mk::run_main_until([&] {
      for (const auto& out : mk::outputs(nn))
        if (out.selector == "get") told = mk::text(out.atoms);
      return told != "none";
    });
    return told;
  };
  mk::send(nn, "set gain 3");
  mk::send(nn, "block 256");
  mk::send(nn, "accelerate 0");
  CHECK(gain() == "gain 3.");
  mk::send(nn, "reset");
  CHECK(gain() == "gain 1.");
  mk::send(nn, "set gain 4");
  mk::send(nn, "reload");
  CHECK(gain() == "gain 1.");
}

TEST_CASE("what a patch was saved with is there before the inlets, and what is typed wins") {
  const Max max;
  const auto name = model();
  const auto patch = models::folder() / "saved.maxpat";
  std::ofstream(patch) << R"({"patcher": {"boxes": [{"box": {"id": "obj-1", "maxclass": "newobj",
    "numinlets": 1, "numoutlets": 2, "patching_rect": [10, 10, 100, 22], "text": "nn~ )"
                       << name << R"( forward 1024 @late hold",
    "saved_object_attributes": {"dumpout": 1, "late": "bypass", "precision": "half",
    "track_buffers": 1, "enable": 0}}}], "lines": []}})";
  const auto report = mk::open_patch(patch.string());
  for (const auto& error : report.errors) UNSCOPED_INFO(error.text);
  CHECK(report.errors.empty());
  REQUIRE(report.objects.size() == 1);
  Object* const nn = report.objects[0];
  CHECK(mk::outlets(nn) == 2);
  const auto value = [&](const char* attribute) { return mk::text(*mk::attribute(nn, attribute)); };
  CHECK(value("precision") == "half");
  CHECK(value("track_buffers") == "1");
  CHECK(value("enable") == "0");
  CHECK(value("block") == "1024");
  CHECK(value("dumpout") == "1");
}

TEST_CASE("what one hovers over says what there is") {
  const Max max;
  auto source = everything();
  source.code.replace(source.code.find(", self.word)"), 12, ", \"apple\")");
  models::save("labelled", source);
  Object* const nn = made("nn~ labelled twice");
  REQUIRE(settled(nn));
  CHECK(mk::assist(nn, true, 0).find("messages, ") == 0);
  CHECK(mk::assist(nn, true, 0).find("signal") != std::string::npos);
  CHECK(mk::assist(nn, false, 1).find("model output 1") != std::string::npos);
}

TEST_CASE("a model dropped onto the box is loaded") {
  const Max max;
  const auto path = models::folder() / (model("dropped") + ".ts");
  Object* const nn = made("nn~ void 1 1 @dumpout 1");
  CHECK_FALSE(mk::drop_file(nn, "/sounds/voice.wav", {"audiofile"}));
  CHECK(mk::drop_file(nn, path.string()));
  CHECK(mk::run_main_until([&] { return !mk::outputs(nn).empty(); }, 10000));
  CHECK(tells(nn, 1, "loaded", "1"));
}
