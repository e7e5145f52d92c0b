// One nn~ object without its frontend: a model, its state, a stream of it, and changes under audio.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "nn/model.h"
#include "nn/player.h"
#include "nn/stream.h"

namespace nn {

struct HostOptions {
  std::string method = "forward";
  int block = kBlockOmitted;  // samples, or 0 for synchronous at the smallest block
  int standard_block = 4096;  // what an omitted block means, where the file suggests none
  bool threaded = true;
  int vector = 64;             // the largest callback
  bool vector_varies = false;  // callbacks of any size up to `vector`
  int burst = 0;               // samples the audio host computes at once; 0: one vector
  bool tight = false;          // the smallest latency that the measured cost allows
  double sample_rate = 44100;  // Hz
  int batch = 1;
  int inputs = -1, outputs = -1;  // host channels per example; −1: the method's
  Late late = Late::silence;
  bool offline = false;  // wait for late blocks instead of missing them
  std::string device = "cpu";
  double warm_up_limit = 60;  // seconds
  bool live = true;           // false: one thread does everything, audio and the rest
};

// Sample = float or double, what the audio host computes with. Channel rows are c·batch + b.
template <typename Sample>
class Host {
 public:
  // Control thread. Loads and warms up; throws nn::Error.
  Host(const std::filesystem::path& path, const HostOptions& options);

  // Audio thread; see Stream::process. Any n ≥ 1.
  void process(const Sample* const* in, Sample* const* out, int n) noexcept {
    player_->process(in, out, n);
  }

  int inputs() const noexcept { return inputs_ * options_.batch; }  // rows
  int outputs() const noexcept { return outputs_ * options_.batch; }

  // The rest: control threads, with audio running or not. All throw nn::Error.

  // Another file (or the same anew) in the same channels; what plays goes on until the new model
  // is warm, then the two crossfade. When it throws, nothing has changed.
  void load(const std::filesystem::path& path, const std::string& method);
  void reload() { load(model()->path(), method()); }
  // Applied between two blocks; method() and latency() tell the new one at once.
  void set_method(const std::string& name);
  // Checked here, applied between two blocks; what the model refuses becomes a message.
  void set(const std::string& attribute, Values values);
  // The snapshot; `now` first lets the model apply what was set and reads it again, unless it is
  // computing for longer than a second.
  Values get(const std::string& attribute, bool now = false);
  void set_buffer(const std::string& key, BufferValue value);
  void clear_buffer(const std::string& key);
  void set_sample_rate(double sample_rate);
  void reset();
  void enable(bool on);
  void set_late(Late late);
  void set_offline(bool offline);

  std::shared_ptr<const Model> model() const;
  std::string method() const;
  int block() const;
  int64_t latency() const;      // samples, the model's declared delay included
  std::string remarks() const;  // what was odd at loading, or empty
  Stats stats(bool reset = false);
  std::optional<std::string> next_message();
  void settle();  // frees what a load left behind; call it now and then

 private:
  struct Voice {
    std::shared_ptr<ModelEngine> engine;
    std::unique_ptr<Stream> stream;
  };
  Voice make(const std::filesystem::path& path, const std::string& method,
             const HostOptions& options) const;
  void post(std::function<void()> command, bool declick = false);
  void adopt(Voice voice, const std::string& method);

  HostOptions options_;
  int inputs_ = 0, outputs_ = 0;
  int64_t loads_asked_ = 0, load_adopted_ = 0;
  mutable std::mutex control_;  // control threads only
  std::shared_ptr<ModelEngine> engine_;
  Stream* stream_ = nullptr;  // the newest; owned by the player
  std::string method_;        // asked for last
  int64_t methods_asked_ = 0, method_adopted_ = 0;
  std::unique_ptr<Player<Sample>> player_;
};

extern template class Host<float>;
extern template class Host<double>;

}  // namespace nn
