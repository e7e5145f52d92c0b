#include "nn/offline.h"

#include <algorithm>

namespace nn {
namespace {

StreamConfig in_line(int block, int inputs, int outputs, double sample_rate) {
  StreamConfig config;
  config.timing = {block, Stream::kLargestVector, true, false};
  config.inputs = inputs;
  config.outputs = outputs;
  config.sample_rate = sample_rate;
  return config;
}

}  // namespace

Offline::Offline(std::shared_ptr<Engine> engine, int block, int inputs, int outputs,
                 double sample_rate, int64_t delay)
    : stream_(std::move(engine), in_line(block, inputs, outputs, sample_rate)),
      skip_(stream_.latency() + delay),
      silence_(Stream::kLargestVector),
      spill_(static_cast<size_t>(outputs) * Stream::kLargestVector),
      in_(static_cast<size_t>(inputs)),
      out_(static_cast<size_t>(outputs)) {}

int64_t Offline::process(const float* const* in, float* const* out, int64_t n) {
  int64_t written = 0;
  for (int64_t offset = 0; offset < n;) {
    const int64_t count = std::min<int64_t>(n - offset, Stream::kLargestVector);
    for (size_t c = 0; c < in_.size(); ++c) in_[c] = in[c] + offset;
    for (size_t c = 0; c < out_.size(); ++c) out_[c] = spill_.data() + c * Stream::kLargestVector;
    stream_.process(in_.data(), out_.data(), static_cast<int>(count));
    const int64_t skipped = std::min(skip_, count);
    skip_ -= skipped;
    for (size_t c = 0; c < out_.size(); ++c)
      std::copy_n(out_[c] + skipped, count - skipped, out[c] + written);
    written += count - skipped;
    offset += count;
  }
  owed_ += n - written;
  return written;
}

int64_t Offline::finish(float* const* out, int64_t room) {
  if (owed_ == 0 || room < 1) return 0;
  std::vector<const float*> silent(in_.size(), silence_.data());
  int64_t written = 0;
  while (written == 0 && owed_ > 0) {
    // Never more silence than asked for: what comes out fits, and owed_ counts it.
    const int64_t count = std::min<int64_t>({room, Stream::kLargestVector, owed_ + skip_});
    written = process(silent.data(), out, count);
    owed_ -= count;  // process() took the silence for input
  }
  return written;
}

}  // namespace nn
