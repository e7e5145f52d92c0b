// One nn~ object without its frontend: a model, its state, a stream of it, and changes under audio.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "nn/attribute_record.h"
#include "nn/model.h"
#include "nn/player.h"
#include "nn/stream.h"

namespace nn {

// Channels for every method of the model, and more when a wider model is loaded.
inline constexpr int kWidest = -2;

struct HostOptions {
  std::string method = "forward";
  int block = kBlockOmitted;  // samples, or 0 for synchronous at the smallest block
  // What an omitted block means, where the file suggests none; 0: the smallest power of two that
  // holds the ratios and the vector.
  int standard_block = 4096;
  bool threaded = true;
  int vector = 64;                // the largest callback
  bool vector_varies = false;     // callbacks of any size up to `vector`
  int burst = 0;                  // samples the audio host computes at once; 0: one vector
  bool tight = false;             // the smallest latency that the measured cost allows
  double sample_rate = 44100;     // Hz
  int batch = 1;                  // remake() may change it, up to what widen() made room for
  int inputs = -1, outputs = -1;  // host channels per example; −1: the method's; kWidest
  Late late = Late::silence;
  bool offline = false;  // wait for late blocks instead of missing them
  std::string device = "cpu";
  double warm_up_limit = 60;  // seconds
  // Layers on packed kernels, where that sounds the same (CPU only), and how exactly those compute.
  bool accelerate = acceleration_defaults().accelerate;
  Precision precision = acceleration_defaults().precision;
  int threads = 1;   // 2: products of accelerated layers are shared by two threads
  bool live = true;  // false: the thread that asks is the one that plays
};

// A model made ready to play.
struct Candidate {
  std::shared_ptr<ModelEngine> engine;
  HostOptions options;  // what it was made with
  bool tight = false;   // its cost is known, and asked to count
  double cost = 0;      // seconds per block, margin included
};

// How a model is read for these options.
LoadOptions load_options(const HostOptions& options);
// Loads and warms up. Any thread; takes long. Throws nn::Error.
Candidate prepare(const std::filesystem::path& path, const HostOptions& options);
// As it was read, whatever the file holds now. `model` must have been read for these options.
Candidate prepare(const std::shared_ptr<const Model>& model, const HostOptions& options);
// The same model in another way, made with `last` before: as it was read, or from its file where
// device or acceleration change.
Candidate prepare_again(const std::shared_ptr<const Model>& model, const HostOptions& last,
                        const HostOptions& options);

// Sample = float or double, what the audio host computes with. Channel rows are c·batch + b; where
// there is room for more examples than the model computes, the others are silent.
template <typename Sample>
class Host {
 public:
  // Control thread. Loads and warms up; throws nn::Error.
  Host(const std::filesystem::path& path, const HostOptions& options);
  // Nothing loaded yet: silence in options.inputs and outputs, which kWidest makes 0.
  explicit Host(const HostOptions& options);

  // Audio thread; see Stream::process. Any n ≥ 1.
  void process(const Sample* const* in, Sample* const* out, int n) noexcept {
    player_->process(in, out, n);
  }

  // Rows that process() takes. They change in widen(), and in adopt() with kWidest; they never
  // shrink.
  int inputs() const noexcept { return inputs_ * width_; }
  int outputs() const noexcept { return outputs_ * width_; }
  int width() const noexcept { return width_; }  // examples that there is room for

  // The rest: control threads, with audio running or not. All throw nn::Error.

  // Another file (or the same anew) in the same channels; what plays goes on until the new model
  // is warm, then the two crossfade. When it throws, nothing has changed.
  void load(const std::filesystem::path& path, const std::string& method);
  void reload();
  // The model that plays in another way, what was set kept: another block, device or acceleration.
  void remake(const std::function<void(HostOptions&)>& change);
  // The second half of load(), after prepare(); with kWidest it wants audio stopped. `keep`: what
  // was set() on the last model is set on this one too, for the same model in another way.
  void adopt(Candidate candidate, bool keep = false);
  // Audio stopped: callbacks have `vector` samples from now on. The latency follows, and the sound
  // begins anew. False when the model is still computing a block after `patience` seconds: it is
  // silent until a later call succeeds.
  bool set_vector(int vector, double patience = 1);
  // Audio stopped: rows are c·width + b from now on, with room for `batch` examples or more. The
  // model goes on with as many as it had until remake() gives it others.
  void widen(int batch);
  HostOptions options() const;  // as they are now
  // Applied between two blocks; method() and latency() tell the new one at once.
  void set_method(const std::string& name);
  // While nothing is loaded: changes what the first model will be made with. Else returns false.
  bool plan(const std::function<void(HostOptions&)>& change);
  // Checked here, applied between two blocks; what the model refuses becomes a message.
  void set(const std::string& attribute, Values values);
  // The snapshot; `now` first lets the model apply what was set and reads it again, unless it is
  // computing for longer than a second.
  Values get(const std::string& attribute, bool now = false);
  // As get(now), without waiting: the answer comes between two blocks. A std::future_error when
  // another model was loaded before that.
  std::future<Values> ask(const std::string& attribute);
  void set_buffer(const std::string& key, BufferValue value);
  void clear_buffer(const std::string& key);
  void set_sample_rate(double sample_rate);
  void reset();
  void enable(bool on);
  void set_late(Late late);
  void set_offline(bool offline);

  std::shared_ptr<const Model> model() const;  // null: nothing is loaded
  std::string method() const;
  int block() const;
  int64_t latency() const;      // samples, the model's declared delay included
  std::string remarks() const;  // what was odd at loading, or empty
  Stats stats(bool reset = false);
  std::optional<std::string> next_message();
  // Frees what a load left behind, applies what was set while no audio runs; call it now and then.
  void settle();
  bool settled() const;  // no crossfade is under way
  // Audio stopped: until every block is computed and every change applied. False after `seconds`.
  bool wait_idle(double seconds);

 private:
  ModelEngine& engine() const;  // throws without a model
  std::unique_ptr<Stream> stream(const Candidate& candidate) const;
  void post(std::function<void()> command, bool declick = false);
  void take_over(Candidate candidate, bool keep);  // with control_ held

  HostOptions options_;
  int inputs_ = 0, outputs_ = 0, width_ = 1;
  int64_t loads_asked_ = 0, load_adopted_ = 0;
  mutable std::mutex control_;  // control threads only
  std::mutex remaking_;         // one remake() at a time, the long part included
  Candidate playing_;           // no engine: nothing is loaded
  Stream* stream_ = nullptr;    // the newest; owned by the player
  int64_t methods_asked_ = 0, method_adopted_ = 0;
  void apply(const std::shared_ptr<AttributeRecord::Entry>& entry);
  AttributeRecord was_set_;
  std::deque<std::string> said_;  // by models that play no more
  std::unique_ptr<Player<Sample>> player_;
};

extern template class Host<float>;
extern template class Host<double>;

}  // namespace nn
