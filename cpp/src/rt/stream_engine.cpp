// The engine thread's half of a stream, and what control threads ask of it.
#include <algorithm>
#include <bit>
#include <exception>
#include <utility>

#include "nn/error.h"
#include "parting.h"
#include "stream_core.h"

namespace nn {
namespace {

constexpr int64_t kQuiet = 10'000'000'000;  // ns without trouble before the same line is told again

int64_t chosen_latency(const StreamConfig& config) {
  if (!config.tight) return latency(config.timing);
  return tight_latency(config.timing, config.cost * config.sample_rate);
}

// Blocks that lie between the newest input and the oldest output that may still be read.
int64_t blocks_alive(const StreamConfig& config) {
  const int64_t span = chosen_latency(config) + Stream::kLargestVector;
  return span / config.timing.block + 4;
}

bool all_finite(const float* row, int64_t n) noexcept {
  uint32_t bad = 0;
  for (int64_t i = 0; i < n; ++i)
    bad |= static_cast<uint32_t>((std::bit_cast<uint32_t>(row[i]) & 0x7f800000u) == 0x7f800000u);
  return bad == 0;
}

}  // namespace

Stream::Core::Core(std::shared_ptr<Engine> engine, const StreamConfig& config)
    : config_(config),
      latency_(chosen_latency(config)),
      offline_(config.offline),
      late_(config.late),
      sample_rate_(config.sample_rate),
      block_(config.timing.block),
      backlog_(blocks_alive(config)),
      engine_(std::move(engine)),
      input_(config.inputs, config.timing.block, static_cast<int>(backlog_) + 1),
      output_(config.outputs, config.timing.block, static_cast<int>(backlog_)),
      dry_(std::min(config.inputs, config.outputs), 1,
           static_cast<int>(latency_) + Stream::kLargestVector),
      records_(static_cast<size_t>(backlog_)),
      substitute_(Stream::kLargestVector, 0.0f),
      gap_(config.outputs, config.sample_rate),
      queue_(static_cast<size_t>(backlog_)),
      results_(static_cast<size_t>(backlog_)),
      in_rows_(static_cast<size_t>(config.inputs)),
      out_rows_(static_cast<size_t>(config.outputs)),
      declick_(config.outputs, config.sample_rate) {
  for (auto& result : results_) result.store(-2, std::memory_order_relaxed);
}

void Stream::Core::work() noexcept {
  working_.store(true);
  apply_commands();
  const int64_t handed = handed_.load(std::memory_order_acquire);
  if (discarded_.load(std::memory_order_relaxed))
    computed_.store(handed, std::memory_order_release);
  else if (computed_.load(std::memory_order_relaxed) < handed)
    compute_next();
  working_.store(false);
}

void Stream::Core::compute_next() noexcept {
  const int64_t next = computed_.load(std::memory_order_relaxed);
  const Handed handed = queue_[static_cast<size_t>(next % backlog_)];
  const int64_t began = now_ns();
  for (size_t c = 0; c < in_rows_.size(); ++c)
    in_rows_[c] = input_.block(static_cast<int>(c), next);
  for (size_t c = 0; c < out_rows_.size(); ++c)
    out_rows_[c] = output_.block(static_cast<int>(c), handed.block);
  const bool good = run_block();
  counters_.ran(now_ns() - began);
  results_[static_cast<size_t>(result_slot(handed.block))].store(2 * handed.block + (good ? 1 : 0),
                                                                 std::memory_order_release);
  computed_.store(next + 1, std::memory_order_release);
}

int64_t Stream::Core::next_deadline() const noexcept {
  const int64_t next = computed_.load(std::memory_order_relaxed);
  if (next == handed_.load(std::memory_order_acquire)) return kNever;
  return queue_[static_cast<size_t>(next % backlog_)].deadline;
}

void Stream::Core::apply_commands() noexcept {
  if (commands_.empty()) return;
  commands_.take([this](Command& command) {
    try {
      command.apply();
      if (command.declick) declick_.start();
    } catch (const std::exception& e) {
      mailbox_.put(e.what());
    } catch (...) {
      mailbox_.put("A command failed for an unknown reason.");
    }
  });
}

bool Stream::Core::run_block() noexcept {
  std::string wrong;
  try {
    engine_->run(in_rows_.data(), out_rows_.data());
    for (const float* row : out_rows_)
      if (!all_finite(row, block_)) throw Error("The model returned values that are not numbers.");
    declick_.apply(out_rows_.data(), config_.outputs, static_cast<int>(block_));
    return true;
  } catch (const std::exception& e) {
    wrong = e.what();
  } catch (...) {
    wrong = "The model failed for an unknown reason.";
  }
  counters_.errors.fetch_add(1, std::memory_order_relaxed);
  complain(wrong);
  return false;
}

// A model that fails at every block says so once, and again only after ten seconds.
void Stream::Core::complain(const std::string& text) {
  const int64_t now = now_ns();
  if (text == last_complaint_ && now - last_complaint_at_ < kQuiet) return;
  last_complaint_ = text;
  last_complaint_at_ = now;
  mailbox_.put(text);
}

bool Stream::Core::flush() noexcept {
  if (pool_ || wanted_.load(std::memory_order_relaxed) ||
      claimed_.exchange(true, std::memory_order_acquire))
    return false;
  const InsideModel inside;
  apply_commands();
  // What the audio thread completed meanwhile, and left.
  while (computed_.load(std::memory_order_relaxed) < handed_.load(std::memory_order_acquire))
    work();
  claimed_.store(false, std::memory_order_release);
  return true;
}

bool Stream::Core::idle() const noexcept {
  // `working_` last: it rises before the queue is emptied and falls after the work is done.
  return commands_.empty() && computed_.load() == handed_.load() && !working_.load();
}

std::optional<std::string> Stream::Core::next_message() {
  if (auto text = mailbox_.get()) return text;
  const std::lock_guard lock(telling_);
  const int64_t now = now_ns();
  if (pool_) {
    const bool stuck = pool_->check(ticket_);
    const bool news = stuck && !told_stuck_;
    told_stuck_ = stuck;
    if (news)
      return "The model has been computing one block for more than 2 s; it is silent until that "
             "returns.";
  }
  const int64_t misses = counters_.misses.load(std::memory_order_relaxed);
  if (misses == told_misses_) return std::nullopt;
  const bool episode = last_miss_at_ == 0 || now - last_miss_at_ > kQuiet;
  const int64_t fresh = misses - std::exchange(told_misses_, misses);
  last_miss_at_ = now;
  if (!episode) return std::nullopt;
  const Stats s = counters_.read(1e9 * static_cast<double>(block_) / sample_rate_.load());
  const auto percent = [](double load) { return std::to_string(std::lround(load * 100)) + " %"; };
  return std::to_string(fresh) + (fresh == 1 ? " block was" : " blocks were") +
         " not ready in time (mean load " + percent(s.load_mean) + ", peak " +
         percent(s.load_peak) + "): a larger block or a lighter model would help.";
}

}  // namespace nn
