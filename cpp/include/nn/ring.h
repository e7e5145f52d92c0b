// Planar sample storage shared by one writer and one reader, addressed by 64-bit sample counters.
// A counter never wraps in practice (6 million years at 48 kHz), so "how much is stored" needs no
// arithmetic beyond a subtraction. Ordering between the two threads is the owner's business: it
// publishes whole blocks (see stream.cpp); a Ring only maps counters to memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace nn {

class Ring {
 public:
  Ring() = default;
  // `blocks` blocks of `block` samples for each of `channels` channels, zeroed.
  Ring(int channels, int block, int blocks)
      : block_(block), capacity_(static_cast<int64_t>(block) * blocks) {
    data_.assign(static_cast<size_t>(channels) * static_cast<size_t>(capacity_), 0.0f);
  }

  int64_t capacity() const noexcept { return capacity_; }

  // Samples [position, position + n) of a channel; n ≤ capacity. float or double on the host side.
  template <typename Sample>
  void write(int channel, int64_t position, const Sample* from, int64_t n) noexcept {
    each_piece(channel, position, n, [&](float* at, int64_t offset, int64_t count) {
      for (int64_t i = 0; i < count; ++i) at[i] = static_cast<float>(from[offset + i]);
    });
  }
  template <typename Sample>
  void read(int channel, int64_t position, Sample* to, int64_t n) const noexcept {
    const_cast<Ring*>(this)->each_piece(channel, position, n,
                                        [&](const float* at, int64_t offset, int64_t count) {
                                          for (int64_t i = 0; i < count; ++i)
                                            to[offset + i] = static_cast<Sample>(at[i]);
                                        });
  }

  // Block `index` (samples [index·block, (index + 1)·block)) lies contiguously here.
  float* block(int channel, int64_t index) noexcept {
    return data_.data() + channel * capacity_ + index * block_ % capacity_;
  }

 private:
  template <typename Visit>
  void each_piece(int channel, int64_t position, int64_t n, Visit&& visit) noexcept {
    float* const base = data_.data() + channel * capacity_;
    for (int64_t offset = 0; offset < n;) {
      const int64_t at = (position + offset) % capacity_;
      const int64_t count = std::min(n - offset, capacity_ - at);
      visit(base + at, offset, count);
      offset += count;
    }
  }

  int64_t block_ = 1;
  int64_t capacity_ = 1;
  std::vector<float> data_;
};

}  // namespace nn
