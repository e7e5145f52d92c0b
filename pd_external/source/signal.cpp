// nn~: its part in Pd's audio.
#include <algorithm>
#include <utility>

#include "nn.h"

namespace pd {

// Pd makes its list of signal operations anew whenever a patch changes; sound goes on meanwhile, so
// nothing may begin anew here unless the vector has changed. Nothing throws before every output has
// its memory, for Pd would use what is not there.
void Nn::dsp(t_signal** signals) {
  struct Input {
    const t_sample* samples;
    int channels;
  };
  // Before any output is made: Pd may make it of an input's memory, and of its description.
  std::vector<Input> inputs;
  for (int i = 0; i < inlets_; ++i) inputs.push_back({signals[i]->s_vec, channels_of(signals[i])});
  const int vector = signals[0]->s_n;
  const double rate = rate_of(signals[0]);
  clock_rate_ = signals[0]->s_sr;

  t_signal** const outputs = signals + inlets_;
  channels_out_ = multichannel_ ? std::max(channels_out_, wanted_channels()) : batch_;
  for (int i = 0; i < outlets_; ++i) set_channels(&outputs[i], channels_out_);
  set_silent(vector);
  fit_rows();

  for (size_t row = 0; row < in_.size(); ++row) {
    const int channel = static_cast<int>(row) / batch_, example = static_cast<int>(row) % batch_;
    const int inlet = multichannel_ ? example : channel;
    if (inlet >= inlets_) continue;
    const Input& input = inputs[static_cast<size_t>(inlet)];
    // Without -m a signal holds the examples of one channel; with it, the channels of one example,
    // again and again.
    const int at = multichannel_ ? channel % input.channels : example;
    if (at < input.channels) in_[row] = input.samples + at * vector;
  }
  std::vector<t_sample*> unfilled;
  for (int outlet = 0; outlet < outlets_; ++outlet)
    for (int at = 0; at < channels_out_; ++at) {
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

  bursts_.restart();
  follow_listeners();
  sample_rate_ = rate;
  if (rate > 0 && rate != host_->options().sample_rate) host_->set_sample_rate(rate);
  follow_vector(true);
}

// The stream begins anew for another vector, once the block that is computed has ended: in general
// that is at once.
void Nn::follow_vector(bool wait) {
  const int vector = std::min(vector_, nn::Stream::kLargestHostVector);
  if (vector == 0 || vector == host_->options().vector) return;
  const bool first = std::exchange(waits_for_vector_, vector) != vector;
  constexpr double patience = 0.2;  // seconds
  if (host_->set_vector(vector, wait && first ? patience : 0))
    waits_for_vector_ = 0;
  else if (first)
    error("the model is still computing a block; it is silent until that returns.");
}

// Of a multichannel outlet.
int Nn::wanted_channels() const { return host_->model() ? std::max(method().out_channels, 1) : 1; }

// A model or method with more channels gets them at once; with fewer, when what played before has
// faded out.
void Nn::follow_channels() {
  if (!multichannel_ || wanted_channels() == channels_out_) return;
  const bool fading = clock_gettimesince(changed_at_) < fade_ms_ || !host_->settled();
  if (wanted_channels() < channels_out_ && fading) return;
  channels_out_ = wanted_channels();
  canvas_update_dsp();
}

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
  self->bursts_.callback(n, self->clock_rate_, !self->nobody_listens());
  return words + 3;
}

// Who renders to a file waits for late blocks; on a stage they are late.
void Nn::follow_listeners() {
  const bool offline = nobody_listens();
  if (offline != host_->options().offline) host_->set_offline(offline);
}

bool Nn::renders() const {
  return offline_ == Offline::automatic ? in_batch() : offline_ == Offline::on;
}

bool Nn::nobody_listens() const {
  return offline_ == Offline::automatic ? !audio_is_open() : offline_ == Offline::on;
}

void Nn::tell_bursts() {
  if (told_bursts_ || nobody_listens() || !host_->model() || host_->stats().misses == 0) return;
  const int block = host_->block(), burst = bursts_.longest();
  if (burst <= block) return;
  told_bursts_ = true;
  notice("Pd computes up to " + std::to_string(burst) +
         " samples at once, more than a "
         "block of " +
         std::to_string(block) + ": send [bufsize " + std::to_string(nn::next_power_of_two(burst)) +
         "(, or give Pd a smaller delay.");
}

}  // namespace pd
