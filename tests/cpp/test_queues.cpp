#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "command_queue.h"
#include "mailbox.h"
#include "nn/ring.h"

TEST_CASE("commands of each producer arrive in order, none lost") {
  nn::CommandQueue queue;
  std::vector<int> last(3, -1);
  int taken = 0;
  std::vector<std::thread> producers;
  for (int p = 0; p < 3; ++p)
    producers.emplace_back([&queue, &last, &taken, p] {
      for (int i = 0; i < 2000; ++i)
        queue.post(
            [&last, &taken, p, i] {
              REQUIRE(last[size_t(p)] == i - 1);
              last[size_t(p)] = i;
              ++taken;
            },
            false);
    });
  while (taken < 6000) queue.take([](nn::Command& command) { command.apply(); });
  for (auto& producer : producers) producer.join();
  CHECK(queue.empty());
}

TEST_CASE("lines arrive in order, and an unread flood is bounded") {
  nn::Mailbox box;
  for (int i = 0; i < 1000; ++i) box.put(std::to_string(i));
  for (int i = 0; i < nn::Mailbox::kMost; ++i) CHECK(*box.get() == std::to_string(i));
  CHECK_FALSE(box.get());
  box.put("again");
  CHECK(*box.get() == "again");
  // Also when it is read more slowly than written: old lines in order, then new ones.
  for (int round = 0; round < 1000; ++round) {
    for (int i = 0; i < 63; ++i) box.put("line");
    box.get();
  }
  int left = 0;
  while (box.get()) ++left;
  CHECK(left <= nn::Mailbox::kMost);
}

TEST_CASE("a ring keeps what 64-bit counters address, far beyond 32 bits") {
  nn::Ring ring(2, 16, 3);
  const int64_t far = (int64_t{1} << 40) * 48 + 40;
  std::vector<float> from(20), to(20);
  for (int i = 0; i < 20; ++i) from[size_t(i)] = float(i);
  ring.write(1, far, from.data(), 20);
  ring.read(1, far, to.data(), 20);
  CHECK(from == to);
  CHECK(ring.block(1, far / 16) == ring.block(1, far / 16 + 3));
}
