// One nn~ in a patch. Everything here runs on Pd's thread, which is also its audio thread; what
// takes long is a job of `model_work_` or `hub_work_`.
#pragma once

#include <chrono>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "arguments.h"
#include "arrays.h"
#include "downloads.h"
#include "nn/bursts.h"
#include "nn/host.h"
#include "object.h"

namespace pd {

class Nn final : public Object {
 public:
  // Makes the inlets and outlets of `object`. Throws nn::Error when no object can be made of the
  // arguments; a model that cannot be loaded is told on the console.
  Nn(t_object* object, const Arguments& arguments);
  ~Nn() override;

  // Audio: signal.cpp.
  void dsp(t_signal** signals);

  // A message in the left inlet: messages.cpp. Throws nn::Error.
  void receive(const std::string& selector, const Atoms& atoms);

 private:
  using Host = nn::Host<t_sample>;
  using Change = std::function<void(nn::HostOptions&)>;

  void poll() override;
  void forget_work() override {
    model_work_.stop();
    hub_work_.stop();
  }
  bool busy() const override {
    return !model_work_.idle() || !hub_work_.idle() || !questions_.empty();
  }
  bool renders() const override;
  bool nobody_listens() const;

  // loading.cpp
  nn::HostOptions options_for(const Arguments& arguments) const;
  void create(const Arguments& arguments);
  void load(const std::filesystem::path& path, const std::string& method,
            const std::shared_ptr<const nn::Model>& held = {});
  void set_method(const std::string& method);
  void reload();
  // The same model in another way, its attributes kept.
  void remake(const Change& change, std::function<void()> then = {});
  void adopt(nn::Candidate candidate, bool keep);
  void after_change();
  void tell_what_is_odd(const nn::Candidate& candidate);

  // messages.cpp
  struct Message;
  static constexpr const char* kTruth = "0 or 1";
  static constexpr const char* kAccelerate = "nothing, 0 or 1";
  static constexpr const char* kPrecision = "nothing, `exact`, `half` or `bf16`";
  static constexpr const char* kThreads = "nothing, 1 or 2";
  static constexpr const char* kLate = "nothing, `silence`, `hold` or `bypass`";
  static const std::map<std::string, Message>& messages();
  static bool truth(const char* selector, const Atoms& atoms, const char* takes = kTruth);
  void in_turn(void (Nn::*call)());
  void reset();
  void on_enable(const Atoms& atoms);
  void on_load(const Atoms& atoms);
  void on_method(const Atoms& atoms);
  void on_bufsize(const Atoms& atoms);
  void on_gpu(const Atoms& atoms);
  void on_accelerate(const Atoms& atoms);
  void on_precision(const Atoms& atoms);
  void on_threads(const Atoms& atoms);
  void on_latency(const Atoms& atoms);
  void on_late(const Atoms& atoms);
  void on_offline(const Atoms& atoms);
  void print_available_models();
  void on_download(const Atoms& atoms);
  void on_remove(const Atoms& atoms);

  // attributes.cpp
  void on_set(const Atoms& atoms);
  void on_get(const Atoms& atoms);
  void answer(const std::string& name, const nn::Values& values);
  void give_answers();
  void keep_step();
  void set_now(const Atoms& atoms);
  void follow_arrays();

  // reports.cpp: messages out of the info outlet.
  void say(const char* selector, const Atoms& atoms) const { send(info_, selector, atoms); }
  void report();
  void report_methods();
  void report_attributes();
  void report_latency();
  void report_acceleration();
  void report_threads();
  void report_stats();
  void dump();

  // signal.cpp
  static t_int* perform(t_int* words);
  void follow_listeners();
  int wanted_channels() const;
  void follow_channels();
  void follow_vector(bool wait);
  void fit_rows();
  void set_silent(int vector);
  void tell_bursts();

  std::shared_ptr<const nn::Model> model() const;  // throws without one
  const nn::Method& method() const;

  bool multichannel_, disabled_ = false;
  int batch_, inlets_ = 1, outlets_ = 1;  // signal inlets and outlets
  t_outlet* info_ = nullptr;
  std::shared_ptr<Host> host_;
  nn::Chores model_work_, hub_work_;
  Downloads downloads_;
  struct Question {
    std::string attribute;
    std::future<nn::Values> answer;
    std::chrono::steady_clock::time_point asked;
    void (Nn::*report)() = nullptr;  // instead: what needs no model, but has its turn
  };
  std::deque<Question> questions_;  // to be answered in order
  ArrayWatch watch_;
  bool track_buffers_ = false;
  enum class Offline { automatic, off, on } offline_ = Offline::automatic;
  nn::Late late_ = nn::Late::silence;

  // Signals: where Pd has the samples of each row, c·batch + b.
  int vector_ = 0, waits_for_vector_ = 0;
  int channels_out_ = 1;                 // of each outlet
  double changed_at_ = 0, fade_ms_ = 0;  // when the model changed, and how long the last sounds
  double clock_rate_ = 44100;            // samples a second that are asked for
  double sample_rate_ = 0;
  std::vector<const t_sample*> in_;
  std::vector<t_sample*> out_;
  std::vector<t_sample> silence_, unheard_;

  nn::Bursts bursts_;  // of Pd, for advice
  bool told_bursts_ = false;
};

}  // namespace pd
