#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "nn/chores.h"
#include "nn/error.h"

namespace {

using Cancelled = const std::atomic<bool>&;

struct Diary {
  std::vector<std::string> lines;
  std::function<void(const std::string&)> complain() {
    return [this](const std::string& text) { lines.push_back("! " + text); };
  }
  std::function<void()> note(const std::string& text) {
    return [this, text] { lines.push_back(text); };
  }
};

// A job that ends when the gate opens.
struct Gate {
  std::promise<void> open;
  std::shared_future<void> opened = open.get_future().share();
};

}  // namespace

TEST_CASE("chores: jobs on another thread, replies on this one, in the order they were asked for") {
  Diary diary;
  nn::Chores chores(diary.complain());
  const auto here = std::this_thread::get_id();
  std::atomic<bool> elsewhere{false};
  chores.in_turn(diary.note("at once"));
  CHECK(diary.lines.size() == 1);
  Gate gate;
  chores.post([&, wait = gate.opened](Cancelled) {
    wait.wait();
    elsewhere = std::this_thread::get_id() != here;
    return [&] {
      diary.lines.push_back(std::this_thread::get_id() == here ? "first" : "wrong thread");
      chores.in_turn(diary.note("asked for in a reply"));
    };
  });
  chores.in_turn(diary.note("second"));
  bool replied = false;
  chores.post([&](Cancelled) { return [&] { replied = true; }; });
  chores.in_turn(diary.note("third"));
  chores.poll();
  CHECK(diary.lines == std::vector<std::string>{"at once"});
  CHECK_FALSE(chores.idle());
  gate.open.set_value();
  REQUIRE(chores.wait(20));
  CHECK(elsewhere);
  CHECK(replied);
  CHECK(chores.idle());
  CHECK(diary.lines ==
        std::vector<std::string>{"at once", "first", "second", "third", "asked for in a reply"});
}

TEST_CASE("chores: a job begins when the last one has been replied to") {
  Diary diary;
  nn::Chores chores(diary.complain());
  std::string state = "old";
  std::string seen;
  chores.post([&](Cancelled) { return [&] { state = "new"; }; });
  chores.post([&](Cancelled) {
    seen = state;
    return nullptr;
  });
  REQUIRE(chores.wait(20));
  CHECK(seen == "new");
}

TEST_CASE("chores: what a job or a reply throws is told here, and the rest goes on") {
  Diary diary;
  nn::Chores chores(diary.complain());
  chores.post([](Cancelled) -> nn::Chores::Reply { throw nn::Error("job"); });
  chores.post([](Cancelled) { return [] { throw nn::Error("reply"); }; });
  chores.in_turn([] { throw 5; });
  chores.in_turn(diary.note("last"));
  REQUIRE(chores.wait(20));
  CHECK(diary.lines == std::vector<std::string>{"! job", "! reply",
                                                "! Something failed for an unknown reason.",
                                                "last"});
}

TEST_CASE("chores: waiting ends at its limit, and the job goes on") {
  Diary diary;
  nn::Chores chores(diary.complain());
  Gate gate;
  chores.post([wait = gate.opened](Cancelled) {
    wait.wait();
    return nullptr;
  });
  CHECK_FALSE(chores.wait(0.01));
  gate.open.set_value();
  CHECK(chores.wait(20));
}

TEST_CASE("chores: an object that goes waits for nothing, and nothing is replied to it") {
  Diary diary;
  Gate gate;
  auto told = std::make_shared<std::promise<bool>>();
  auto cancelled = told->get_future();
  auto owned = std::make_shared<int>(0);
  const std::weak_ptr<int> left = owned;
  {
    nn::Chores chores(diary.complain());
    chores.post([&diary, told, wait = gate.opened, owned](Cancelled stop) {
      wait.wait();
      told->set_value(stop.load());
      return [&diary] { diary.lines.push_back("never"); };
    });
    chores.post([&diary, owned](Cancelled) {
      diary.lines.push_back("never");
      return nullptr;
    });
    owned.reset();
  }
  gate.open.set_value();
  CHECK(cancelled.get());
  while (!left.expired()) std::this_thread::yield();  // what jobs own goes with them
  CHECK(diary.lines.empty());
}

TEST_CASE("chores: a reply may end the object it belongs to") {
  Diary diary;
  auto chores = std::make_unique<nn::Chores>(diary.complain());
  for (const bool throws : {false, true}) {
    chores = std::make_unique<nn::Chores>(diary.complain());
    chores->post([&, throws](Cancelled) {
      return [&, throws] {
        chores.reset();
        if (throws) throw nn::Error("last words");
      };
    });
    chores->in_turn(diary.note("never"));
    auto* const raw = chores.get();
    CHECK(raw->wait(20));
    CHECK_FALSE(chores);
  }
  CHECK(diary.lines == std::vector<std::string>{"! last words"});
}

TEST_CASE("discard destroys on another thread") {
  std::promise<std::thread::id> where;
  auto thread = where.get_future();
  nn::discard(std::shared_ptr<void>(nullptr, [&](void*) {}));
  nn::discard(std::shared_ptr<int>(new int(5), [&](int* p) {
    delete p;
    where.set_value(std::this_thread::get_id());
  }));
  CHECK(thread.get() != std::this_thread::get_id());
}
