// nn~: its part in Max's audio.
#include <algorithm>

#include "nn.h"

namespace maxmsp {
namespace {

constexpr int kMostExamples = 1024;

}  // namespace

// Max asks and tells while it compiles: how many channels come in, how many go out.
void Nn::input_changed(long inlet, long channels) {
  if (inlet < 0 || inlet >= inlets_) return;
  channels_in_[static_cast<size_t>(inlet)] = std::max(channels, 1L);
  // mcs.nn~: the outlets are as wide as the method is when Max compiles.
  if (kind_ == Kind::mcs && host_ && host_->model()) first_outputs_ = method().out_channels;
}

long Nn::output_channels(long) {
  if (kind_ == Kind::vector) return 1;
  if (chans_ > 0) return chans_;
  if (kind_ == Kind::mcs) return std::max(first_outputs_, 1);
  return std::clamp(*std::max_element(channels_in_.begin(), channels_in_.end()), 1L,
                    static_cast<long>(kMostExamples));
}

// `of`: the list that Max has compiled, with its channels.
std::unique_ptr<Rows> Nn::lay_out(const Rows& of, int width) const {
  auto rows = std::make_unique<Rows>();
  rows->chain = of.chain;
  rows->channels_in = of.channels_in;
  rows->channels_out = of.channels_out;
  std::vector<long> first(1, 0);  // signal of each inlet
  for (const long channels : rows->channels_in) first.push_back(first.back() + channels);
  rows->numins = first.back();
  rows->numouts = outlets_ * rows->channels_out;
  const int channels_in = host_->inputs() / host_->width();
  const int channels_out = host_->outputs() / host_->width();
  rows->in.assign(static_cast<size_t>(channels_in * width), -1);
  rows->out.assign(static_cast<size_t>(channels_out * width), -1);
  for (size_t row = 0; row < rows->in.size(); ++row) {
    const int c = static_cast<int>(row) / width, b = static_cast<int>(row) % width;
    const int inlet = kind_ == Kind::mcs ? b : c, channel = kind_ == Kind::mcs ? c : b;
    if (inlet < inlets_ && channel < rows->channels_in[static_cast<size_t>(inlet)])
      rows->in[row] = first[static_cast<size_t>(inlet)] + channel;
  }
  std::vector<bool> fed(static_cast<size_t>(rows->numouts), false);
  for (size_t row = 0; row < rows->out.size(); ++row) {
    const int c = static_cast<int>(row) / width, b = static_cast<int>(row) % width;
    const int outlet = kind_ == Kind::mcs ? b : c, channel = kind_ == Kind::mcs ? c : b;
    if (outlet >= outlets_ || channel >= rows->channels_out) continue;
    rows->out[row] = outlet * rows->channels_out + channel;
    fed[static_cast<size_t>(rows->out[row])] = true;
  }
  for (size_t i = 0; i < fed.size(); ++i)
    if (!fed[i]) rows->quiet.push_back(static_cast<long>(i));
  rows->silence.assign(static_cast<size_t>(vector_), 0);
  rows->unheard.assign(static_cast<size_t>(vector_), 0);
  rows->in_at.resize(rows->in.size());
  rows->out_at.resize(rows->out.size());
  return rows;
}

// Max compiles its list anew whenever a patch changes, perhaps while the last list still runs.
// Sound goes on, unless signals or the vector are others.
intptr_t Nn::dsp(t_object* dsp64, double sample_rate, long vector) {
  static t_symbol* const count = gensym("getnuminputchannels");
  Rows now;
  for (int i = 0; i < inlets_; ++i) {
    long channels = 1;
    if (kind_ != Kind::vector)
      channels = static_cast<long>(reinterpret_cast<t_ptr_int>(
          object_method(dsp64, count, object(), static_cast<t_ptr_int>(i))));
    now.channels_in.push_back(std::max(channels, 1L));
  }
  channels_in_ = now.channels_in;
  now.channels_out = output_channels(0);
  const long most = *std::max_element(channels_in_.begin(), channels_in_.end());
  if (kind_ == Kind::mc) {
    wanted_batch_ = static_cast<int>(std::min<long>(most, kMostExamples));
    if (most > kMostExamples)
      error("there are " + std::to_string(most) + " channels; " + std::to_string(kMostExamples) +
            " are played.");
  }
  warn_of_signals();
  const bool other =
      !rows_ || rows_->channels_in != now.channels_in || rows_->channels_out != now.channels_out;
  // The last list may go on until this one begins, where both have the same signals.
  now.chain = (rows_ ? rows_->chain : 0) + (other ? 1 : 0);
  if (other || vector != vector_) {
    vector_ = static_cast<int>(vector);
    const int width = std::max(host_->width(), wanted_batch_);
    auto fresh = lay_out(now, width);
    const Gate::Closed closed(gate_);
    if (width > host_->width()) host_->widen(width);
    rows_.swap(fresh);
    rate_ = sample_rate > 0 ? sample_rate : 44100;
    bursts_.restart();
    constexpr double patience = 0.2;  // seconds
    follow_vector(patience);
  }
  if (sample_rate > 0 && sample_rate != host_->options().sample_rate)
    host_->set_sample_rate(sample_rate);
  if (host_->model() || kind_ == Kind::mc)  // what is not another way changes nothing
    remake([batch = wanted_batch_, mc = kind_ == Kind::mc](nn::HostOptions& options) {
      if (mc) options.batch = batch;
    });
  return now.chain;
}

// Once for each count.
void Nn::warn_of_signals() {
  if (kind_ != Kind::mcs || !host_->model()) return;
  const int wanted = method().in_channels;
  for (const long given : channels_in_)
    if (given != wanted && told_channels_.insert(given).second)
      notice("got " + std::to_string(given) + " channels for " + std::to_string(wanted) +
             " model inputs.");
}

// The stream begins anew for another vector, once the block that is computed has ended: in general
// that is at once. With the gate closed.
void Nn::follow_vector(double patience) {
  const int vector = std::min(vector_, nn::Stream::kLargestHostVector);
  if (vector == 0 || vector == host_->options().vector) return;
  const bool told = waits_for_vector_ == vector;
  waits_for_vector_ = host_->set_vector(vector, patience) ? 0 : vector;
  if (waits_for_vector_ && !told)
    error("the model is still computing a block; it is silent until that returns.");
}

// Audio thread. What does not fit the list that was compiled last is silent.
void Nn::perform(double** ins, long numins, double** outs, long numouts, long n,
                 intptr_t chain) noexcept {
  bool played = false;
  if (gate_.enter()) {
    Rows& r = *rows_;
    if (r.chain == chain && r.numins <= numins && r.numouts <= numouts &&
        n <= static_cast<long>(r.silence.size())) {
      for (size_t i = 0; i < r.in.size(); ++i)
        r.in_at[i] = r.in[i] < 0 ? r.silence.data() : ins[r.in[i]];
      for (size_t i = 0; i < r.out.size(); ++i)
        r.out_at[i] = r.out[i] < 0 ? r.unheard.data() : outs[r.out[i]];
      host_->process(r.in_at.data(), r.out_at.data(), static_cast<int>(n));
      // Last: an output may be the memory of an input.
      for (const long i : r.quiet) std::fill_n(outs[i], n, 0.0);
      for (long i = r.numouts; i < numouts; ++i) std::fill_n(outs[i], n, 0.0);
      bursts_.callback(static_cast<int>(n), rate_, !offline_playing_);
      played = true;
    }
    gate_.leave();
  }
  if (played) return;
  for (long i = 0; i < numouts; ++i) std::fill_n(outs[i], n, 0.0);
}

void Nn::tell_bursts() {
  if (told_bursts_ || offline_ || !host_->model() || host_->stats().misses == 0) return;
  const int block = host_->block(), burst = bursts_.longest();
  if (burst <= block) return;
  told_bursts_ = true;
  notice("Max computes up to " + std::to_string(burst) + " samples at once, more than a block of " +
         std::to_string(block) + ": make block " + std::to_string(nn::next_power_of_two(burst)) +
         ", or the I/O vector size smaller.");
}

}  // namespace maxmsp
