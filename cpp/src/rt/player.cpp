#include "nn/player.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "gap.h"
#include "nn/chores.h"

namespace nn {

template <typename Sample>
Player<Sample>::Player(int inputs, int outputs, int batch) {
  grow(inputs, outputs, batch);
}

template <typename Sample>
void Player<Sample>::grow(int inputs, int outputs, int batch) {
  const int channels_in = std::max(static_cast<int>(in_.size()) / batch_, inputs);
  const int channels_out = std::max(outputs_ / batch_, outputs);
  const int examples = std::max(batch_, batch);
  // Nothing to do, and an audio thread may be inside.
  if (batch_ == examples && static_cast<int>(in_.size()) == channels_in * examples &&
      outputs_ == channels_out * examples)
    return;
  batch_ = examples;
  outputs_ = channels_out * batch_;
  in_.resize(static_cast<size_t>(channels_in * batch_));
  out_.resize(static_cast<size_t>(outputs_));
  fewer_in_.resize(in_.size());
  fewer_out_.resize(out_.size());
  scratch_.resize(static_cast<size_t>(outputs_) * Stream::kLargestVector);
  scratch_rows_.resize(static_cast<size_t>(outputs_));
  for (size_t c = 0; c < scratch_rows_.size(); ++c)
    scratch_rows_[c] = scratch_.data() + c * Stream::kLargestVector;
}

template <typename Sample>
Player<Sample>::~Player() {
  collect();
  delete incoming_.load();
  delete current_;
  delete next_;
}

template <typename Sample>
void Player<Sample>::play(std::unique_ptr<Stream> stream, int batch) {
  auto fade = half_cosine(stream ? stream->config().sample_rate : 48000);
  let_go(incoming_.exchange(new Entry{std::move(stream), std::move(fade), batch},
                            std::memory_order_acq_rel));
  collect();
}

template <typename Sample>
void Player<Sample>::restart(std::unique_ptr<Stream> stream, int batch) {
  collect();
  let_go(incoming_.exchange(nullptr));
  let_go(std::exchange(next_, nullptr));
  let_go(std::exchange(current_, new Entry{std::move(stream), {}, batch}));
  changing_.store(false);
}

template <typename Sample>
void Player<Sample>::collect() noexcept {
  for (auto& slot : retired_) let_go(slot.exchange(nullptr, std::memory_order_acq_rel));
}

// A model's state and weights may be large: in Pd, the control thread is also the audio thread.
template <typename Sample>
void Player<Sample>::let_go(Entry* entry) noexcept {
  if (!entry) return;
  if (entry->stream) entry->stream->discard();
  try {
    discard(std::shared_ptr<Entry>(entry));
  } catch (const std::bad_alloc&) {
    // Then it went here.
  }
}

template <typename Sample>
bool Player<Sample>::settled() const noexcept {
  return incoming_.load() == nullptr && !changing_.load();  // in this order: see process_portion
}

template <typename Sample>
bool Player<Sample>::retire(Entry* entry) noexcept {
  if (entry->stream) entry->stream->discard();
  for (auto& slot : retired_) {
    Entry* free = nullptr;
    if (slot.compare_exchange_strong(free, entry, std::memory_order_acq_rel)) return true;
  }
  return false;  // the control thread has not collected for a while: try again next time
}

template <typename Sample>
void Player<Sample>::process(const Sample* const* in, Sample* const* out, int n) noexcept {
  for (int offset = 0; offset < n;) {
    const int count = std::min(n - offset, Stream::kLargestVector);
    for (size_t c = 0; c < in_.size(); ++c) in_[c] = in[c] + offset;
    for (size_t c = 0; c < out_.size(); ++c) out_[c] = out[c] + offset;
    process_portion(count);
    offset += count;
  }
}

template <typename Sample>
void Player<Sample>::instruct(Stream& stream) const noexcept {
  if (const int on = enabled_.load(std::memory_order_relaxed); on >= 0) stream.enable(on);
  if (const int late = late_.load(std::memory_order_relaxed); late >= 0)
    stream.set_late(static_cast<Late>(late));
  if (const int on = offline_.load(std::memory_order_relaxed); on >= 0) stream.set_offline(on);
}

template <typename Sample>
void Player<Sample>::take_incoming() noexcept {
  if (!incoming_.load(std::memory_order_relaxed)) return;
  // A change that has not been heard yet gives way to a newer one.
  if (next_ && (next_age_ > filled(*next_) || !retire(next_))) return;
  changing_.store(true);  // before the exchange, so that settled() never sees neither
  next_ = incoming_.exchange(nullptr, std::memory_order_acq_rel);
  next_age_ = 0;
  // With nothing to fade from, it is heard as it is from its first sample.
  if (!current_ || (!current_->stream && retire(current_))) settle();
}

template <typename Sample>
void Player<Sample>::settle() noexcept {
  current_ = std::exchange(next_, nullptr);
  changing_.store(false);
}

template <typename Sample>
void Player<Sample>::process_portion(int n) noexcept {
  take_incoming();
  if (current_ && current_->stream) instruct(*current_->stream);
  if (next_ && next_->stream) instruct(*next_->stream);
  // The new stream first, into memory of our own: out may be the same memory as in.
  if (next_) run(next_, scratch_rows_.data(), n);
  run(current_, out_.data(), n);
  if (next_) mix(n);
}

template <typename Sample>
void Player<Sample>::run(Entry* entry, Sample* const* out, int n) noexcept {
  int rows = 0;
  if (entry && entry->stream && entry->batch != batch_) return run_fewer(*entry, out, n);
  if (entry && entry->stream) {
    entry->stream->process(in_.data(), out, n);
    rows = entry->stream->config().outputs;
  }
  for (int c = rows; c < outputs_; ++c) std::fill_n(out[c], n, Sample(0));
}

template <typename Sample>
void Player<Sample>::run_fewer(Entry& entry, Sample* const* out, int n) noexcept {
  const StreamConfig& config = entry.stream->config();
  const int batch = entry.batch;
  const auto row = [&](int own) { return own / batch * batch_ + own % batch; };
  for (int own = 0; own < config.inputs; ++own)
    fewer_in_[static_cast<size_t>(own)] = in_[static_cast<size_t>(row(own))];
  for (int own = 0; own < config.outputs; ++own)
    fewer_out_[static_cast<size_t>(own)] = out[row(own)];
  entry.stream->process(fewer_in_.data(), fewer_out_.data(), n);
  for (int c = 0; c < outputs_; ++c)
    if (c % batch_ >= batch || c / batch_ >= config.outputs / batch)
      std::fill_n(out[c], n, Sample(0));
}

// Samples until the stream sounds.
template <typename Sample>
int64_t Player<Sample>::filled(const Entry& entry) noexcept {
  return entry.stream ? entry.stream->latency() : 0;
}

// `next_age_` counts the new stream's samples; past its latency it sounds, and fades in.
template <typename Sample>
void Player<Sample>::mix(int n) noexcept {
  const int64_t begins = filled(*next_);
  const auto length = static_cast<int64_t>(next_->fade.size());
  for (int c = 0; c < outputs_; ++c) {
    Sample* old = out_[static_cast<size_t>(c)];
    const Sample* fresh = scratch_rows_[static_cast<size_t>(c)];
    for (int i = 0; i < n; ++i) {
      const int64_t step = next_age_ + i - begins;
      if (step >= length)
        old[i] = fresh[i];
      else if (step >= 0)
        old[i] = fresh[i] +
                 (old[i] - fresh[i]) * static_cast<Sample>(next_->fade[static_cast<size_t>(step)]);
    }
  }
  next_age_ += n;
  if (next_age_ >= begins + length && retire(current_)) settle();
}

template class Player<float>;
template class Player<double>;

}  // namespace nn
