// Asks the caller of a long request, again and again, whether to go on.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "nn/hub.h"

namespace nn::net {

using Clock = std::chrono::steady_clock;

// Seconds as a duration, kept where adding it to a time point cannot overflow.
Clock::duration seconds(double value);

class Pulse {
 public:
  // `stopped` is the sentence for a caller who stops; after `limit` seconds (0: none) the time is
  // up.
  Pulse(const HubControl& control, double limit, std::string stopped);

  // Returns to go on, throws Error to stop. Cheap enough for every turn of a loop: `progress` hears
  // at most ten beats a second, unless `now` is true.
  void beat(std::uint64_t done, std::uint64_t total, bool now = false);

 private:
  const HubControl& control_;
  Clock::time_point deadline_;
  Clock::time_point last_{};
  std::string stopped_;
};

}  // namespace nn::net
