// Joins what the model says with what is heard when it says nothing, without a click.
//
//   model ──╮                       ╭── model
//            ╲ offset decays       ╱ crossfade
//             ╰── substitute ─────╯
//
// Entering a gap, the difference between the last sample heard and the substitute decays over a
// 5 ms half-cosine; leaving it, substitute and model crossfade over the same.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace nn {

// `length` weights falling from 1 to 0, both ends excluded.
inline std::vector<float> half_cosine(double sample_rate) {
  const int length = std::max(1, static_cast<int>(std::lround(sample_rate * 0.005)));
  std::vector<float> fade(static_cast<size_t>(length));
  for (int i = 0; i < length; ++i)
    fade[static_cast<size_t>(i)] = static_cast<float>(
        0.5 + 0.5 * std::cos(std::numbers::pi * (i + 1) / static_cast<double>(length + 1)));
  return fade;
}

// Audio thread only. Per run of samples with one state: enter, then mix each channel, then advance.
class Gap {
 public:
  Gap(int channels, double sample_rate)
      : last_(static_cast<size_t>(channels), 0.0f),
        offset_(last_),
        held_(last_),
        fade_(half_cosine(sample_rate)),
        step_(fade_.size()) {}

  // `substitute`: which kind is heard in the gap; another kind than before is joined like a gap.
  void enter(bool open, int substitute) noexcept {
    if (open == open_ && (!open || substitute == substitute_)) return;
    if (open) {
      substitute_ = substitute;
      std::copy(last_.begin(), last_.end(), held_.begin());
    }
    open_ = open;
    step_ = 0;
  }
  int substitute() const noexcept { return substitute_; }

  // Inside a gap, and while the crossfade out of it lasts.
  bool needs_substitute() const noexcept { return open_ || step_ < fade_.size(); }
  // What `hold` repeats: the last sample before the gap.
  float held(int channel) const noexcept { return held_[static_cast<size_t>(channel)]; }

  // `row`: n samples of the model, overwritten with what is heard (inside a gap: only written).
  // `substitute`: n samples, read only if needs_substitute().
  template <typename Sample>
  void mix(int channel, Sample* row, const float* substitute, int n) noexcept {
    const auto c = static_cast<size_t>(channel);
    if (open_ || step_ < fade_.size()) {
      if (step_ == 0) offset_[c] = last_[c] - substitute[0];
      for (int i = 0; i < n; ++i) {
        const size_t at = step_ + static_cast<size_t>(i);
        const float w = at < fade_.size() ? fade_[at] : 0.0f;
        const float other = substitute[i] + offset_[c] * w;
        row[i] = open_ ? static_cast<Sample>(other)
                       : row[i] + (static_cast<Sample>(other) - row[i]) * static_cast<Sample>(w);
      }
    }
    last_[c] = static_cast<float>(row[n - 1]);
  }
  void advance(int n) noexcept { step_ = std::min(fade_.size(), step_ + static_cast<size_t>(n)); }

 private:
  std::vector<float> last_;    // last sample heard
  std::vector<float> offset_;  // what decays
  std::vector<float> held_;
  std::vector<float> fade_;
  size_t step_;
  bool open_ = false;
  int substitute_ = 0;
};

// Engine thread: after a change of method or attribute, lets the jump at the block boundary decay.
class Declick {
 public:
  Declick(int channels, double sample_rate)
      : last_(static_cast<size_t>(channels), 0.0f),
        offset_(last_),
        fade_(half_cosine(sample_rate)),
        step_(fade_.size()) {}

  void start() noexcept { step_ = 0; }
  void apply(float* const* rows, int channels, int n) noexcept {
    for (int channel = 0; channel < channels; ++channel) {
      const auto c = static_cast<size_t>(channel);
      float* row = rows[channel];
      if (step_ == 0) offset_[c] = last_[c] - row[0];
      for (size_t i = 0; step_ + i < fade_.size() && i < static_cast<size_t>(n); ++i)
        row[i] += offset_[c] * fade_[step_ + i];
      last_[c] = row[n - 1];
    }
    step_ = std::min(fade_.size(), step_ + static_cast<size_t>(n));
  }

 private:
  std::vector<float> last_, offset_, fade_;
  size_t step_;
};

}  // namespace nn
