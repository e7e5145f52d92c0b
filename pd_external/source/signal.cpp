// nn~: its part in Pd's audio.
#include <algorithm>

#include "nn.h"

namespace pd {

// Pd makes its list of signal operations anew whenever a patch changes; sound goes on meanwhile, so
// nothing may begin anew here unless the vector has changed.
void Nn::dsp(t_signal** signals) {
  const int vector = signals[0]->s_n;
  const double rate = signals[0]->s_sr;
  if (rate > 0 && rate != host_->options().sample_rate) host_->set_sample_rate(rate);
  sample_rate_ = rate;
  if (!host_->set_vector(std::min(vector, nn::Stream::kLargestVector)))
    error("the model is stuck in a block; its latency stays that of the last block~ size.");
  set_silent(vector);
  fit_rows();

  t_signal** const outputs = signals + inlets_;
  for (int i = 0; i < outlets_; ++i)
    set_channels(&outputs[i], multichannel_ ? channels_out() : batch_);

  for (size_t row = 0; row < in_.size(); ++row) {
    const int channel = static_cast<int>(row) / batch_, example = static_cast<int>(row) % batch_;
    const int inlet = multichannel_ ? example : channel;
    if (inlet >= inlets_) continue;
    const t_signal* signal = signals[inlet];
    const int there = channels_of(signal);
    // Without -m a signal holds the examples of one channel; with it, the channels of one example,
    // again and again.
    const int at = multichannel_ ? channel % there : example;
    if (at < there) in_[row] = signal->s_vec + at * vector;
  }
  const int channels = multichannel_ ? channels_out() : batch_;
  std::vector<t_sample*> unfilled;
  for (int outlet = 0; outlet < outlets_; ++outlet)
    for (int at = 0; at < channels; ++at) {
      const int row = multichannel_ ? at * batch_ + outlet : outlet * batch_ + at;
      t_sample* samples = outputs[outlet]->s_vec + at * vector;
      if (row < static_cast<int>(out_.size()))
        out_[static_cast<size_t>(row)] = samples;
      else
        unfilled.push_back(samples);
    }
  dsp_add(&Nn::perform, 2, this, static_cast<t_int>(vector));
  // Last: Pd may use the memory of an input for an output.
  for (t_sample* samples : unfilled) dsp_add_zero(samples, vector);
  burst_ = longest_burst_ = 0;
  follow_listeners();
}

int Nn::channels_out() const { return host_->model() ? std::max(method().out_channels, 1) : 1; }

void Nn::set_silent(int vector) {
  vector_ = vector;
  silence_.assign(static_cast<size_t>(vector), 0);
  unheard_.assign(static_cast<size_t>(vector), 0);
}

// A row that no signal feeds is silent, a row that no signal takes goes nowhere.
void Nn::fit_rows() {
  in_.assign(static_cast<size_t>(host_->inputs()), silence_.data());
  out_.assign(static_cast<size_t>(host_->outputs()), unheard_.data());
}

t_int* Nn::perform(t_int* words) {
  auto* self = reinterpret_cast<Nn*>(words[1]);
  const auto n = static_cast<int>(words[2]);
  self->host_->process(self->in_.data(), self->out_.data(), n);
  self->notice_bursts(n);
  return words + 3;
}

// Who renders to a file waits for late blocks; on a stage they are late.
void Nn::follow_listeners() {
  const bool offline = nobody_listens();
  if (offline != host_->options().offline) host_->set_offline(offline);
}

bool Nn::nobody_listens() const {
  if (offline_ != Offline::automatic) return offline_ == Offline::on;
  return Object::nobody_listens();
}

// Between the ticks that Pd computes at once, no time passes in which a model could run.
void Nn::notice_bursts(int n) noexcept {
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double> passed = now - last_perform_;
  last_perform_ = now;
  burst_ = passed.count() < 0.5 * n / sample_rate_ ? burst_ + n : n;
  longest_burst_ = std::max(longest_burst_, burst_);
}

void Nn::tell_bursts() {
  if (told_bursts_ || nobody_listens() || !host_->model() || host_->stats().misses == 0) return;
  const int block = host_->block();
  if (longest_burst_ <= block) return;
  told_bursts_ = true;
  notice("Pd computes up to " + std::to_string(longest_burst_) +
         " samples at once, more than a "
         "block of " +
         std::to_string(block) + ": send [bufsize " +
         std::to_string(nn::next_power_of_two(longest_burst_)) + "(, or give Pd a smaller delay.");
}

}  // namespace pd
