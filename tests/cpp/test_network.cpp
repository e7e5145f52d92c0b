// Whole networks against plain layers in double precision.
#include "network_reference.h"

namespace {

void compare(const std::vector<float>& got, const std::vector<double>& wanted) {
  REQUIRE(got.size() == wanted.size());
  double peak = 1, most = 0;
  for (const double v : wanted) peak = std::max(peak, std::fabs(v));
  for (size_t i = 0; i < got.size(); ++i) {
    const double apart = std::fabs(got[i] - wanted[i]);
    most = std::isnan(apart) ? INFINITY : std::max(most, apart);
  }
  CHECK(most / peak < 3e-6);
}

// Blocks of changing sizes, state carried on.
void play(Player& player, int examples, const std::vector<int>& blocks, unsigned seed) {
  for (const int frames : blocks) {
    const auto x = Problem::random(size_t(examples) * frames * player.net.input_channels(), ++seed);
    compare(player.play(x, frames), player.expected(x, frames));
    CHECK(player.forgotten() < 3e-6);
  }
}

Op chain(std::vector<Op> inner) {
  Op all;
  all.inner = std::move(inner);
  return all;
}

Op sum(std::vector<Op> inner) {
  Op all = chain(std::move(inner));
  all.kind = Op::sum;
  return all;
}

}  // namespace

TEST_CASE("random networks compute what their layers do, whatever the block") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Generator make(seed);
    const int channels = make.upto(1, 9), examples = make.upto(1, 3);
    const bool padded = seed % 4 == 3;
    const Op ops = make.network(channels, padded);
    Player player(ops, channels, examples, make.often(), seed);
    constexpr int unit = Generator::kUnit;
    play(player, examples, {unit, 5 * unit, unit, 2 * unit, 10 * unit, 3 * unit}, seed);
  }
}

TEST_CASE("one long block equals many short ones") {
  constexpr int unit = Generator::kUnit, blocks = 6;
  for (unsigned seed = 1000; seed < 1080; ++seed) {
    CAPTURE(seed);
    Generator make(seed);
    const int channels = make.upto(1, 9);
    const Op ops = make.network(channels, false);
    const bool major = make.often();
    Player whole(ops, channels, 1, major, seed), parts(ops, channels, 1, major, seed);
    const auto x = Problem::random(size_t(blocks) * unit * size_t(channels), seed);
    const auto wanted = whole.play(x, blocks * unit);
    std::vector<float> got;
    for (int i = 0; i < blocks;) {
      const int count = std::min(1 + i % 3, blocks - i);
      const auto from = x.begin() + ptrdiff_t(i) * unit * channels;
      const auto y = parts.play({from, from + ptrdiff_t(count) * unit * channels}, count * unit);
      got.insert(got.end(), y.begin(), y.end());
      i += count;
    }
    REQUIRE(got.size() == wanted.size());
    if (!make.overlaps)
      CHECK(same_bits(got.data(), wanted.data(), got.size()));
    else
      compare(got, {wanted.begin(), wanted.end()});
  }
}

TEST_CASE("a past longer than the block, in both orders") {
  for (const bool major : {false, true}) {
    Generator make(7);
    Op past = make.past(37);
    past.channel_major = major;
    Player player(chain({past, make.product(5, 3, 38)}), 5, 2, major, 1);
    play(player, 2, {1, 1, 3, 40, 2, 36, 37, 38, 1}, 9);
  }
}

TEST_CASE("two pasts of one value, its activation, and the value itself are all there") {
  Generator make(11);
  const Op before = make.product(3, 4, 1);
  Op longer = chain({make.past(6), make.product(4, 4, 7)});
  Op shorter = chain({make.past(2), make.leaky(), make.product(4, 4, 3)});
  Op late = chain({make.delay(3), make.past(2), make.product(4, 4, 3)});
  Op same = chain({make.leaky()});
  Player player(chain({before, sum({longer, shorter, late, same, chain({})})}), 3, 3, true, 2);
  CHECK(player.net.caches().size() == 4);
  play(player, 3, {1, 2, 7, 1, 5}, 3);
}

TEST_CASE("activations and sums run inside products") {
  Generator make(12);
  Player alone(chain({make.product(3, 3, 1), make.leaky(), make.product(3, 3, 1)}), 3, 1, false, 1);
  CHECK(alone.net.steps() == 2);
  play(alone, 1, {1, 9, 2}, 4);
  Op straight = chain({});
  Player added(chain({make.product(3, 3, 1), sum({straight, make.product(3, 3, 1)})}), 3, 1, false,
               1);
  CHECK(added.net.steps() == 2);
  play(added, 1, {1, 9, 2}, 4);
  // The sum is wanted as it is, and activated.
  Op both = sum({make.product(3, 3, 1), make.leaky()});
  Player kept(chain({make.product(3, 3, 1), both}), 3, 1, false, 1);
  play(kept, 1, {1, 9, 2}, 4);
}

TEST_CASE("what was cut off does not come back as zeros") {
  Generator make(13);
  for (const auto& [first, second] :
       std::vector<std::pair<Op, Op>>{{Generator::zeros(-5, 0), Generator::zeros(3, 0)},
                                      {Generator::zeros(0, -3), Generator::zeros(2, 5)},
                                      {Generator::zeros(-2, -2), Generator::zeros(4, 4)},
                                      {make.delay(3), Generator::zeros(1, 1)},
                                      {make.past(3), Generator::zeros(2, 0)}}) {
    Player player(
        chain({make.product(2, 2, 1), first, second, make.leaky(), make.product(2, 3, 2)}), 2, 2,
        false, 5);
    play(player, 2, {9, 20, 12}, 6);
  }
}

TEST_CASE("a transposed convolution of what has a past, comes late or was cut") {
  Generator make(14);
  for (const Op& before :
       {make.past(4), make.delay(3), Generator::zeros(2, 1), Generator::zeros(-2, -1)}) {
    Player player(chain({make.leaky(), before, make.overlap(3, 2, 3), make.leaky()}), 3, 2, true,
                  5);
    play(player, 2, {4, 5, 11, 4}, 6);
  }
}

TEST_CASE("blocks too short for a layer make nothing, and nothing is written") {
  Generator make(15);
  Player player(chain({make.product(2, 3, 5), make.leaky()}), 2, 1, true, 1);
  CHECK(player.net.output_frames(4) < 1);
  CHECK(player.play(std::vector<float>(8), 4).empty());
  Player cut(chain({make.product(2, 2, 1), Generator::zeros(-30, -30)}), 2, 1, false, 1);
  CHECK(cut.net.output_frames(8) < 1);
  CHECK(cut.play(std::vector<float>(16), 8).empty());
  Player late(chain({Generator::zeros(-30, -30), make.overlap(2, 2, 2), make.past(2)}), 2, 1, false,
              1);
  late.play(std::vector<float>(16), 8);
}
