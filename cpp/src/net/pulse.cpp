#include "net/pulse.h"

#include <algorithm>

namespace nn::net {

Clock::duration seconds(double value) {
  return std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(std::clamp(value, 0.0, 1e9)));
}

Pulse::Pulse(const HubControl& control, double limit, std::string stopped)
    : control_(control),
      deadline_(limit > 0 ? Clock::now() + seconds(limit) : Clock::time_point::max()),
      stopped_(std::move(stopped)) {}

void Pulse::beat(std::uint64_t done, std::uint64_t total, bool now) {
  if (control_.cancel != nullptr && control_.cancel->load()) throw Error(stopped_);
  const auto time = Clock::now();
  if (time > deadline_) throw Error("The model server took longer than the time allowed.");
  if (!control_.progress || (!now && time - last_ < std::chrono::milliseconds(100))) return;
  last_ = time;
  if (!control_.progress(done, total)) throw Error(stopped_);
}

}  // namespace nn::net
