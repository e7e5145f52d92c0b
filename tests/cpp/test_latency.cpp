#include <catch2/catch.hpp>
#include <vector>

#include "nn/error.h"
#include "nn/latency.h"

using nn::latency;
using nn::Timing;

TEST_CASE("latency is 2N - V threaded and N - V synchronous, as patches expect") {
  struct Row {
    int block, vector;
    int64_t threaded, synchronous;
  };
  const Row row = GENERATE(values<Row>({{2048, 64, 4032, 1984},
                                        {2048, 512, 3584, 1536},
                                        {4096, 64, 8128, 4032},
                                        {64, 64, 64, 0},
                                        {512, 2048, 2048, 0},  // vectors of several blocks
                                        {1, 64, 64, 0},
                                        {1000, 64, 1992, 992},  // gcd 8
                                        {2048, 441, 4095, 2047}}));
  CHECK(latency({row.block, row.vector, false, true}) == row.threaded);
  CHECK(latency({row.block, row.vector, false, false}) == row.synchronous);
}

TEST_CASE("vectors that vary cost one vector's worth of certainty") {
  CHECK(latency({2048, 8192, true, false}) == 2047);
  CHECK(latency({2048, 512, true, true}) == 4095);
  CHECK(latency({2048, 8192, true, true}) == 2048 + 8192 - 1);
}

TEST_CASE("tight latency shrinks with the cost and never exceeds the standard one") {
  const Timing t{2048, 64, false, true};
  CHECK(nn::tight_latency(t, 0) == 2048);               // one callback later
  CHECK(nn::tight_latency(t, 410) == 2048 - 64 + 448);  // 410 rounded up to callbacks
  CHECK(nn::tight_latency(t, 2048) == latency(t));
  CHECK(nn::tight_latency(t, 3000) == latency(t));
  CHECK(nn::tight_latency({2048, 64, false, false}, 100) == 1984);
  int64_t before = 0;
  for (double cost = 0; cost < 2048; cost += 37) {
    const int64_t now = nn::tight_latency(t, cost);
    CHECK(now >= before);
    before = now;
  }
}

TEST_CASE("block sizes follow the table of the Pd object") {
  const std::vector<int> rave{1, 2048};
  auto block = [&](int request) { return nn::block_size(request, rave).block; };
  CHECK(block(nn::kBlockOmitted) == 4096);
  CHECK(block(0) == 2048);
  CHECK_FALSE(nn::block_size(0, rave).threaded);
  CHECK(block(100) == 2048);
  CHECK(nn::block_size(100, rave).raised);
  CHECK(block(-7) == 2048);
  CHECK(block(5000) == 8192);
  CHECK(nn::block_size(nn::kBlockOmitted, rave, 2048).block == 2048);
  CHECK(nn::block_size(0, std::vector<int>{}).block == 1);
}

TEST_CASE("a block is a common multiple of the ratios, or an error says why not") {
  CHECK(nn::block_size(0, std::vector<int>{3, 4}).block == 12);
  CHECK(nn::block_size(2048, std::vector<int>{480}).block == 2400);
  CHECK_THROWS_AS(nn::block_size(0, std::vector<int>{0}), nn::Error);
  CHECK_THROWS_AS(nn::block_size(0, std::vector<int>{99991, 99989}), nn::Error);
  CHECK_THROWS_AS(nn::block_size(1 << 25, std::vector<int>{2048}), nn::Error);
}
