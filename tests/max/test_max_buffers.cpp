// buffer~ and array objects that fill a model's buffers and tensors.
#include "session.h"

using namespace session;
namespace mk = max_kernel;

namespace {

// Remembers what it was given: channels, frames, rate, and two numbers of it; a tensor likewise.
std::string model() {
  models::save(
      "holder",
      {R"py(
def forward(self, x: Tensor):
    return x
def get_methods(self):
    return ["forward"]
def get_attributes(self):
    return ["buf", "table", "seen"]
def get_buffer_attributes(self):
    return ["buf#0"]
def set_buffer_attribute(self, name: str, data: Tensor, sr: int):
    self.seen.copy_(torch.stack([
        torch.tensor(float(data.size(0))), torch.tensor(float(data.size(1))),
        torch.tensor(float(sr)), data[0, -1], data[-1, 0]]))
    return 0
def clear_buffer_attribute(self, name: str):
    self.seen.fill_(-1.0)
    return 0
def get_buf(self):
    return "a buffer"
def set_buf(self, key: str):
    return 0
def get_table(self):
    return self.numbers
def set_table(self, value: Tensor):
    self.seen[0] = float(value.size(0))
    self.seen[1] = value.sum()
    return 0
def get_seen(self):
    return (float(self.seen[0]), float(self.seen[1]), float(self.seen[2]), float(self.seen[3]),
            float(self.seen[4]))
def set_seen(self, a: float, b: float, c: float, d: float, e: float):
    return 0
)py",
       {{"forward", {1, 1, 1, 1}}, {"buf", {5}}, {"table", {4}}, {"seen", {2, 2, 2, 2, 2}}},
       {{"seen", {{5}, 0}}, {"numbers", {{1}, 0}}}});
  return "holder";
}

std::string seen(Object* nn) {
  mk::take_outputs(nn);
  mk::send(nn, "get seen");
  mk::run_main_until([&] { return !mk::outputs(nn).empty(); });
  const auto out = mk::take_outputs(nn);
  return out.empty() ? "nothing" : mk::text(out[0].atoms);
}

}  // namespace

TEST_CASE("a buffer~ arrives with its channels, frames, rate and samples in their places") {
  const Max max;
  mk::create_buffer("three", 3, 4, 22050);
  // Interleaved, frame after frame: channel c at frame f is 10·c + f.
  std::vector<float> samples;
  for (int f = 0; f < 4; ++f)
    for (int c = 0; c < 3; ++c) samples.push_back(static_cast<float>(10 * c + f));
  mk::write_buffer("three", samples);
  Object* const nn = made("nn~ " + model() + " @dumpout 1");
  mk::send(nn, "set buf three");
  CHECK(seen(nn) == "seen 3. 4. 22050. 3. 20.");
  mk::send(nn, "set buf nothing_of_this_name");
  REQUIRE(settled(nn));
  CHECK(seen(nn) == "seen 3. 4. 22050. 3. 20.");
  mk::send(nn, "set buf 5");
  REQUIRE(mk::run_main_until([] { return mk::console_has(Line::error, "name of a buffer~"); }));
}

TEST_CASE("@track_buffers: changes follow, and a buffer~ that goes empties the model's") {
  const Max max;
  mk::create_buffer("followed", 1, 8, 48000);
  Object* const nn = made("nn~ " + model() + " @dumpout 1 @track_buffers 1");
  mk::send(nn, "set buf followed");
  CHECK(seen(nn) == "seen 1. 8. 48000. 0. 0.");
  mk::write_buffer("followed", {1, 2, 3, 4, 5, 6, 7, 8});
  mk::run_main(60);
  CHECK(seen(nn) == "seen 1. 8. 48000. 8. 1.");
  mk::resize_buffer("followed", 2, 16);
  mk::run_main(60);
  CHECK(seen(nn).starts_with("seen 2. 16. 48000."));
  mk::free_buffer("followed");
  mk::run_main(60);
  CHECK(seen(nn) == "seen -1. -1. -1. -1. -1.");
  CHECK(said(Line::post, "buffer~ 'followed' is gone"));
  mk::create_buffer("followed", 1, 2, 44100);
  mk::run_main(60);
  CHECK(seen(nn).starts_with("seen 1. 2. 44100."));
}

TEST_CASE("without @track_buffers the model keeps what it was given") {
  const Max max;
  mk::create_buffer("once", 1, 2, 48000);
  mk::write_buffer("once", {0.25f, 0.5f});
  Object* const nn = made("nn~ " + model() + " @dumpout 1");
  mk::send(nn, "set buf once");
  const auto first = seen(nn);
  CHECK(first == "seen 1. 2. 48000. 0.5 0.25");
  mk::write_buffer("once", {3, 4});
  mk::free_buffer("once");
  mk::run_main(60);
  CHECK(seen(nn) == first);
}

TEST_CASE("an array becomes a tensor, and so do numbers in the message") {
  const Max max;
  mk::create_array("wave", {0.5, int64_t{2}, 0.25});
  mk::create_array("words", {std::string("a")});
  Object* const nn = made("nn~ " + model() + " @dumpout 1");
  mk::send(nn, "set table wave");
  CHECK(seen(nn).starts_with("seen 3. 2.75"));
  mk::send(nn, "set table 1 2 3 4");
  CHECK(seen(nn).starts_with("seen 4. 10."));
  mk::send(nn, "set table no_such_array");
  CHECK(
      mk::run_main_until([] { return mk::console_has(Line::error, "no array 'no_such_array'"); }));
  mk::send(nn, "set table words");
  CHECK(mk::run_main_until([] { return mk::console_has(Line::error, "more than numbers"); }));
}
