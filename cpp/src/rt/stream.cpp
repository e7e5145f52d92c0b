#include "nn/stream.h"

#include <chrono>
#include <thread>
#include <utility>

#include "nn/error.h"
#include "stream_core.h"

namespace nn {
namespace {

StreamConfig checked(StreamConfig config) {
  const Timing& t = config.timing;
  if (t.block < 1 || t.block > (1 << 24))
    throw Error("A block has 1 to 2^24 samples, not " + std::to_string(t.block) + ".");
  if (t.vector < 1 || t.vector > Stream::kLargestHostVector)
    throw Error("The host's vector has 1 to 65536 samples, not " + std::to_string(t.vector) + ".");
  if (config.inputs < 0 || config.outputs < 0)
    throw Error("A stream cannot have fewer than 0 channels.");
  check_sample_rate(config.sample_rate);
  return config;
}

}  // namespace

void check_sample_rate(double sample_rate) {
  if (!(sample_rate > 0 && sample_rate <= 1e7))
    throw Error("The sample rate must be above 0 and at most 10,000,000 Hz.");
}

Stream::Stream(std::shared_ptr<Engine> engine, const StreamConfig& config)
    : core_(std::make_shared<Core>(std::move(engine), checked(config))) {
  if (!core_->config_.timing.threaded) return;
  core_->pool_ = config.pool ? config.pool : Pool::shared();
  core_->ticket_ = core_->pool_->add(core_);
}

Stream::~Stream() {
  if (core_->pool_) core_->pool_->remove(core_->ticket_);
}

template <typename Sample>
void Stream::process(const Sample* const* in, Sample* const* out, int n) noexcept {
  core_->process(in, out, n);
}
template void Stream::process(const float* const*, float* const*, int) noexcept;
template void Stream::process(const double* const*, double* const*, int) noexcept;

int64_t Stream::latency() const noexcept { return core_->latency_; }
const StreamConfig& Stream::config() const noexcept { return core_->config_; }

void Stream::post(std::function<void()> command, bool declick) {
  core_->commands_.post(std::move(command), declick);
  if (!core_->pool_) return;
  constexpr int64_t patience = 100'000'000;  // ns; blocks that are due go first
  core_->pool_->submit(core_->ticket_, now_ns() + patience);
  core_->pool_->notify();
}

bool Stream::playing() const noexcept {
  if (!core_->enabled_.load()) return false;
  const StreamConfig& c = core_->config_;
  const double callbacks = 2e9 * c.timing.vector / core_->sample_rate_.load();
  return now_ns() - core_->last_callback_.load(std::memory_order_relaxed) <
         100'000'000 + static_cast<int64_t>(callbacks);
}
void Stream::set_sample_rate(double sample_rate) noexcept {
  core_->sample_rate_.store(sample_rate);
}
bool Stream::flush() noexcept { return core_->flush(); }
void Stream::enable(bool on) noexcept { core_->enabled_.store(on); }
void Stream::discard() noexcept { core_->discarded_.store(true); }
void Stream::set_late(Late late) noexcept { core_->late_.store(late); }
void Stream::set_offline(bool offline) noexcept { core_->offline_.store(offline); }
std::optional<std::string> Stream::next_message() { return core_->next_message(); }

Stats Stream::stats(bool reset) noexcept {
  return core_->counters_.read(1e9 * core_->config_.timing.block / core_->sample_rate_.load(),
                               reset);
}

bool Stream::wait_idle(double seconds) noexcept {
  const int64_t until = now_ns() + static_cast<int64_t>(seconds * 1e9);
  while (!core_->idle()) {
    if (now_ns() > until) return false;
    if (!core_->pool_) core_->flush();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

}  // namespace nn
