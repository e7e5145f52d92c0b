// For ThreadSanitizer, with models of the tests' own: messages on main and scheduler threads while
// audio runs on a third.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "storm.h"

namespace mk = max_kernel;

TEST_CASE("messages on two threads while audio runs on a third") {
  mk::start();
  static const bool loaded = [] {
    for (const char* name : {"nn~", "mc.nn~", "mcs.nn~", "nn.info"})
      mk::load_external(std::string(NN_EXTERNALS "/") + name + ".so");
    return true;
  }();
  REQUIRE(loaded);
  const auto folder = std::filesystem::temp_directory_path() / "nn-fake-models";
  std::filesystem::create_directories(folder);
  for (const char* name : {"one", "two2", "four4", "broken"})
    std::ofstream(folder / (std::string(name) + ".ts"));
  mk::add_search_path(folder.string());
  const auto box = GENERATE(storm::Box{"nn~ one forward 128 @dumpout 1 @track_buffers 1", false},
                            storm::Box{"mc.nn~ one forward 128 @dumpout 1", true},
                            storm::Box{"mcs.nn~ two2 forward 2 128 @dumpout 1", true},
                            storm::Box{"mc.nn~ void 2 2 0 @dumpout 1", true});
  INFO(box.text);
  CHECK(storm::run(box, {"one", "two2", "broken", "four4"}, 60,
                   [](const std::function<void()>& vector) { vector(); }) > 0);
  mk::Object* const info = mk::create("nn.info two2");
  REQUIRE(info);
  for (int i = 0; i < 20; ++i) {
    mk::send(info, i % 2 ? "set one" : "bang");
    mk::send_later(info, "methods");
    mk::run_main(5);
  }
  mk::reset();
  // What the boxes left behind is let go of in the background, before the process ends.
  std::this_thread::sleep_for(std::chrono::seconds(2));
  for (const auto& v : mk::violations()) UNSCOPED_INFO(v.kind << ": " << v.text);
  CHECK(mk::take_violations().empty());
}
