// One nn~, mc.nn~ or mcs.nn~ in a patch. Which thread: see object.h; the audio thread is in
// perform() alone. What takes long is a job of `model_work_` or `hub_work_`.
#pragma once

#include <chrono>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "arguments.h"
#include "buffers.h"
#include "downloads.h"
#include "gate.h"
#include "nn/bursts.h"
#include "nn/host.h"
#include "object.h"
#include "rows.h"

namespace maxmsp {

class Nn final : public Object {
 public:
  Nn(t_pxobject* object, Kind kind, Arguments arguments);
  ~Nn() override;

  // Once, when the attributes of the box are known: makes inlets and outlets. Throws nn::Error when
  // no object can be made.
  void start();

  // messages.cpp; throws nn::Error.
  struct Message;
  static const std::map<std::string, Message>& messages();
  void receive(const std::string& selector, const Atoms& atoms);

  // Audio, signal.cpp. Main thread, but for perform().
  void input_changed(long inlet, long channels);
  long output_channels(long outlet);
  // Returns what perform() is to be told, so that it knows which list it is in.
  intptr_t dsp(t_object* dsp64, double sample_rate, long vector);
  void perform(double** ins, long numins, double** outs, long numouts, long n,
               intptr_t chain) noexcept;

  void notify(t_symbol* sender_name, t_symbol* message, void* sender, void* data);
  std::string assist(bool inlet, long index) const;

 private:
  friend struct Settings;
  using Host = nn::Host<double>;
  using Change = std::function<void(nn::HostOptions&)>;

  void poll() override;
  void forget_work() override;
  bool busy() const override;
  bool renders() const override { return offline_; }

  // loading.cpp
  std::shared_ptr<const nn::Model> read_model(const nn::HostOptions& options);
  void make_ports();
  void load(const std::filesystem::path& path, const std::string& method,
            const std::shared_ptr<const nn::Model>& held = {});
  void set_method(const std::string& method);
  void reload();
  // The same model in another way, its attributes kept.
  void remake(const Change& change, std::function<void()> then = {});
  void adopt(nn::Candidate candidate, bool keep);
  void tell_what_is_odd(const nn::Candidate& candidate);
  void warn_of_channels(const nn::Method& method);

  // messages.cpp
  void in_turn(void (Nn::*call)());
  void reset();
  void print_available_models();

  // attributes.cpp: those of the model
  struct Question {
    std::string attribute;
    std::future<nn::Values> answer;
    std::chrono::steady_clock::time_point asked;
    void (Nn::*report)() = nullptr;  // instead: what needs no model, but has its turn
  };
  void on_set(const Atoms& atoms);
  void set_now(const Atoms& atoms);
  void on_get(const Atoms& atoms);
  void answer(const std::string& name, const nn::Values& values);
  nn::Values answered(Question& question, bool late);
  void give_answers();
  void follow_buffers();

  // reports.cpp
  void say(const char* selector, const Atoms& atoms) { send(dump_, selector, atoms); }
  void report();
  void report_methods();
  void report_attributes();
  void report_latency();
  void report_stats();
  void dump();

  // signal.cpp
  std::unique_ptr<Rows> lay_out(const Rows& of, int width) const;
  void warn_of_signals();
  void tell_bursts();
  void follow_vector(double patience);

  std::shared_ptr<const nn::Model> model() const;  // throws without one
  const nn::Method& method() const;

  const Kind kind_;
  Arguments arguments_;
  std::filesystem::path waiting_;  // a model whose method is still to be named
  t_pxobject* const box_;
  int inlets_ = 1, outlets_ = 0;
  void* dump_ = nullptr;     // the outlet
  nn::HostOptions options_;  // until there is a host
  std::shared_ptr<Host> host_;
  nn::Chores model_work_, hub_work_;
  Downloads downloads_;
  std::deque<Question> questions_;  // to be answered in order
  BufferWatch watch_;

  // What the attributes of the box say: settings.cpp.
  bool enabled_ = true, track_buffers_ = false, offline_ = false, wants_dump_ = false;
  int chans_ = 0;

  // Signals.
  Gate gate_;                      // around rows_, and the host's rows
  std::unique_ptr<Rows> rows_;     // null: no audio yet
  std::vector<long> channels_in_;  // of each inlet
  int wanted_batch_ = 1, first_outputs_ = 0, vector_ = 0, waits_for_vector_ = 0;
  double rate_ = 44100;
  std::atomic<bool> offline_playing_{false};  // offline_, for the audio thread
  nn::Bursts bursts_;
  bool told_bursts_ = false;
  std::set<long> told_channels_;
};

struct Nn::Message {
  size_t least, most;  // atoms
  const char* takes;   // for who gives others
  void (*act)(Nn& nn, const Atoms& atoms);
};

// The attributes of the box.
struct Setting {
  const char *name, *type, *label, *style, *choices, *standard;
  bool many_channels;  // mc.nn~ and mcs.nn~ only
  bool saved;          // with the patch; not what the box's text says as well
  t_atom (*get)(Nn& nn);
  void (*set)(Nn& nn, const t_atom& value);  // throws nn::Error
};
struct Settings {
  static constexpr int kCount = 12;
  static const Setting& at(int index);
};

}  // namespace maxmsp
