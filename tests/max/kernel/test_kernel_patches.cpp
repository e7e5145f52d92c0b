// Patcher files.
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "test_kernel.h"

namespace {

namespace fs = std::filesystem;

struct Folder {
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string write(const std::string& name, const std::string& boxes, const std::string& lines) {
    const auto file = (path / name).string();
    std::ofstream(file) << patcher(boxes, lines);
    return file;
  }
  static std::string patcher(const std::string& boxes, const std::string& lines) {
    return R"({"patcher": {"boxes": [)" + boxes + R"(], "lines": [)" + lines + "]}}";
  }
  fs::path path = fs::temp_directory_path() / "max_kernel_patches";
};

std::string box(const std::string& id, const std::string& text, const std::string& more = "",
                const std::string& maxclass = "newobj") {
  return R"({"box": {"id": ")" + id + R"(", "maxclass": ")" + maxclass + R"(", "text": ")" + text +
         "\"" + more + "}}";
}

std::string line(const std::string& from, int outlet, const std::string& to, int inlet) {
  return R"({"patchline": {"source": [")" + from + "\", " + std::to_string(outlet) +
         R"(], "destination": [")" + to + "\", " + std::to_string(inlet) + "]}}";
}

Strings errors(const std::string& file) {
  Strings all;
  for (const auto& e : mk::open_patch(file).errors)
    all.push_back(e.file + ": " + e.box + ": " + e.text);
  return all;
}

}  // namespace

TEST_CASE_METHOD(Kernel, "a sound patch has no errors") {
  Folder folder;
  folder.write("voice.maxpat",
               box("1", "", "", "inlet") + "," + box("2", "probe~ #1 1 @gain #2") + "," +
                   box("3", "", "", "outlet"),
               line("1", 0, "2", 1) + "," + line("2", 0, "3", 0));
  const auto inner = Folder::patcher(box("1", "where", "", "message") + "," + box("2", "probe~"),
                                     line("1", 0, "2", 0));
  const auto file = folder.write(
      "main.maxpat",
      box("a", "cycle~ 440") + "," + box("b", "probe~ 2 2") + "," + box("c", "dac~ 1 2") + "," +
          box("d", "voice 3 0.5") + "," +
          box("e", "gain 0.5, getgain, typed 1 2 x", "", "message") + "," + box("f", "t b f s") +
          "," + box("g", "p sub", "," + inner.substr(1, inner.size() - 2)) + "," +
          box("h", "prepend gain") + "," + box("i", "mc.cycle~"),
      line("a", 0, "b", 0) + "," + line("b", 1, "c", 1) + "," + line("a", 0, "d", 0) + "," +
          line("e", 0, "b", 1) + "," + line("f", 2, "h", 0) + "," + line("h", 0, "b", 0) + "," +
          line("b", 2, "b", 0));
  const auto report = mk::open_patch(file);
  for (const auto& e : report.errors) FAIL_CHECK(e.file + ": " + e.box + ": " + e.text);
  CHECK(report.boxes == 14);
  REQUIRE(report.objects.size() == 3);
  const auto found = std::find_if(report.objects.begin(), report.objects.end(),
                                  [](auto* o) { return mk::inlets(o) == 3; });
  REQUIRE(found != report.objects.end());
  CHECK(mk::text(*mk::attribute(*found, "gain")) == "0.5");
  mk::send(*found, "where");
  CHECK(sent(*found) == Strings{"1 where " + (folder.path / "voice.maxpat").string()});
}

TEST_CASE_METHOD(Kernel, "a patch's errors are found") {
  Folder folder;
  const auto inner = Folder::patcher(box("1", "nosuch.object 1"), "");
  const auto file = folder.write(
      "bad.maxhelp",
      box("a", "cycle~ 440") + "," + box("b", "probe~ 1 1 @nosuch 1") + "," +
          box("b", "toggle", "", "toggle") + "," + box("c", "unheard 1, bang", "", "message") +
          "," + box("d", "nosuch~") + "," + box("e", "sel 1 2") + "," + box("f", "probe.ins") +
          "," + box("g", "p deep", "," + inner.substr(1, inner.size() - 2)) + "," +
          box("h", "", R"(, "attr": "volume")", "attrui") + "," + box("i", "probe~ fail"),
      line("a", 0, "f", 0) + "," + line("b", 4, "a", 0) + "," + line("a", 0, "b", 3) + "," +
          line("c", 0, "b", 0) + "," + line("e", 5, "b", 0) + "," + line("z", 0, "b", 0) + "," +
          line("h", 0, "b", 0));
  CHECK(errors(file) ==
        Strings{"bad.maxhelp: b [probe~ 1 1 @nosuch 1]: no such attribute: nosuch",
                "bad.maxhelp: b [toggle]: duplicate id",
                "bad.maxhelp: d [nosuch~]: unknown object: nosuch~",
                "bad.maxhelp/p deep: 1 [nosuch.object 1]: unknown object: nosuch.object",
                "bad.maxhelp: i [probe~ fail]: error creating object",
                "bad.maxhelp: f [probe.ins]: inlet 0 takes no signal, and a sends one",
                "bad.maxhelp: b [probe~ 1 1 @nosuch 1]: no outlet 4 of 3 to a",
                "bad.maxhelp: b [probe~ 1 1 @nosuch 1]: no inlet 3 of 1 from a",
                "bad.maxhelp: b [probe~ 1 1 @nosuch 1]: doesn't understand \"unheard\"",
                "bad.maxhelp: e [sel 1 2]: no outlet 5 of 3 to b",
                "bad.maxhelp: z to b: cord from or to a box that does not exist",
                "bad.maxhelp: h [attrui]: no such attribute: volume"});
  CHECK(errors("/nowhere.maxpat").size() == 1);
}

TEST_CASE("patch_check prints errors and says so", "[patch_check]") {
  Folder folder;
  const auto good = folder.write("good.maxpat", box("a", "probe~"), "");
  const auto bad = folder.write("bad.maxpat", box("a", "nosuch~"), "");
  const auto run = [](const std::string& arguments) {
    const auto command = std::string(PATCH_CHECK) + " --external " MAX_PROBE " " + arguments;
    return WEXITSTATUS(std::system((command + " > /dev/null 2>&1").c_str()));
  };
  CHECK(run(good) == 0);
  CHECK(run(good + " " + bad) == 1);
  CHECK(run("--describe") == 0);
  CHECK(run("") == 2);
}
