// The audio thread of the externals allocates nothing, takes no lock, prints nothing: with loads,
// attributes and channel counts changing under it.
#include <optional>

#include "../cpp/interpose.h"
#include "session.h"
#include "storm.h"

namespace mk = max_kernel;

namespace {

thread_local std::optional<watch::Guard> guard;

}  // namespace

TEST_CASE("perform64 allocates nothing, takes no lock and does no I/O in the thick of it") {
  const session::Max max;
  const auto source = [](int channels) {
    return models::Model{R"py(
def forward(self, x: Tensor):
    return x * self.gain
def other(self, x: Tensor):
    return x * 0.5
def get_methods(self):
    return ["forward", "other"]
def get_attributes(self):
    return ["gain"]
def get_gain(self):
    return float(self.gain)
def set_gain(self, value: float):
    self.gain.fill_(value)
    return 0
)py",
                         {{"forward", {channels, 1, channels, 1}},
                          {"other", {channels, 1, channels, 1}},
                          {"gain", {2}}},
                         {{"gain", {{}, 1}}}};
  };
  models::save("one", source(1));
  models::save("three", source(3));
  const auto box = GENERATE(storm::Box{"nn~ one forward 128 @dumpout 1", false},
                            storm::Box{"mc.nn~ one forward 128 @dumpout 1", true},
                            storm::Box{"mcs.nn~ three forward 2 128 @dumpout 1", true});
  INFO(box.text);
  // What the stand-in itself does around a perform routine is not ours to count.
  mk::watch_performs([] { guard.emplace(); }, [] { guard.reset(); });
  {
    const watch::Guard here;
    int* volatile kept = new int;
    delete kept;
  }
  const long before = watch::violations();
  CHECK(before > 0);  // the measure measures
  CHECK(storm::run(box, {"one", "three", "no_such_model"}, 60,
                   [](const std::function<void()>& vector) { vector(); }) > 0);
  mk::watch_performs(nullptr, nullptr);
  INFO(watch::last_violation());
  CHECK(watch::violations() == before);
}
