#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <vector>

#include "fakes.h"
#include "nn/pool.h"
#include "nn/stream.h"

namespace {

struct Job : nn::Actor {
  std::function<void()> body;
  void work() noexcept override { body(); }
  int64_t next_deadline() const noexcept override { return kNever; }
};

}  // namespace

TEST_CASE("the unit that is due first runs first") {
  nn::Pool pool(0);
  std::vector<int> order;
  std::vector<int> tickets;
  for (int i = 0; i < 5; ++i) {
    auto job = std::make_shared<Job>();
    job->body = [&order, i] { order.push_back(i); };
    tickets.push_back(pool.add(job));
  }
  const int64_t due[] = {50, 20, 40, 10, 30};
  const int64_t soon = nn::now_ns() + 3'600'000'000'000;
  for (size_t i = 0; i < 5; ++i) pool.submit(tickets[i], soon + due[i]);
  while (pool.run_one()) {
  }
  CHECK(order == std::vector<int>{3, 1, 4, 2, 0});

  // What is late already yields to what can still be in time.
  order.clear();
  pool.submit(tickets[0], 1);
  pool.submit(tickets[1], soon);
  pool.submit(tickets[2], 0);
  while (pool.run_one()) {
  }
  CHECK(order == std::vector<int>{1, 2, 0});
}

TEST_CASE("an actor is never run twice at once, and no unit is lost") {
  nn::Pool pool(4);
  struct Count {
    std::atomic<int> inside{0}, most{0}, done{0};
  };
  std::vector<std::shared_ptr<Count>> counts;
  std::vector<int> tickets;
  for (int i = 0; i < 8; ++i) {
    auto count = std::make_shared<Count>();
    auto job = std::make_shared<Job>();
    job->body = [count] {
      const int now = ++count->inside;
      if (now > count->most) count->most = now;
      ++count->done;
      --count->inside;
    };
    counts.push_back(count);
    tickets.push_back(pool.add(job));
  }
  std::vector<std::thread> producers;
  for (int p = 0; p < 2; ++p)
    producers.emplace_back([&, p] {
      for (int i = 0; i < 4000; ++i) {
        pool.submit(tickets[size_t((i * 2 + p) % 8)], i);
        pool.notify();
      }
    });
  for (auto& producer : producers) producer.join();
  for (int i = 0; i < 5000; ++i) {
    int total = 0;
    for (auto& count : counts) total += count->done;
    if (total == 8000) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  for (auto& count : counts) {
    CHECK(count->done == 1000);
    CHECK(count->most == 1);
  }
}

TEST_CASE("streams come and go under audio; threads stay the same") {
  auto pool = std::make_shared<nn::Pool>(2);
  nn::StreamConfig c;
  c.timing = {64, 64, false, true};
  c.pool = pool;
  std::vector<float> row(64);
  float* rows = row.data();
  for (int i = 0; i < 1000; ++i) {
    nn::Stream stream(std::make_shared<FakeEngine>(1, 1, 64), c);
    for (int k = 0; k < 3; ++k) stream.process(&rows, &rows, 64);
    stream.post([] {});
  }
  CHECK(pool->threads() == 2);
}
