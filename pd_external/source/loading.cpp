// nn~: making the object, and changing its model. The long part of each change is a job; the rest
// happens in poll(), between two ticks of audio.
#include <algorithm>
#include <utility>

#include "find_model.h"
#include "nn.h"
#include "nn/error.h"

namespace pd {
namespace {

constexpr double kPatience = 30;  // seconds that making an object may take
constexpr double kTrial = 10;     // seconds of those for a comparison with the plain model

std::string counted(int n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

// The method to run, `forward` where the model has no such method. Throws without either.
std::string method_or_forward(const nn::Contract& contract, const std::string& wanted,
                              std::string& remark) {
  if (contract.method(wanted)) return wanted;
  std::string all;
  for (const auto& method : contract.methods) all += (all.empty() ? "" : ", ") + method.name;
  const std::string text = "The model has no method '" + wanted + "'; it has " + all;
  if (!contract.method("forward")) throw nn::Error(text + ".");
  remark = text + ": forward plays.";
  return "forward";
}

}  // namespace

Nn::Nn(t_object* object, const Arguments& arguments)
    : Object(object, "nn~"),
      multichannel_(arguments.multichannel),
      disabled_(arguments.disabled),
      batch_(arguments.batch),
      model_work_(complaints()),
      hub_work_(complaints()),
      downloads_(*this, hub_work_) {
  if ((multichannel_ || batch_ > 1) && !has_multichannel())
    throw nn::Error(std::string(multichannel_ ? "-m" : "-b") +
                    " needs the multichannel signals of Pd 0.54 or later; this is Pd " + version() +
                    ".");
  inlets_ = multichannel_ ? batch_ : arguments.inlets;
  outlets_ = multichannel_ ? batch_ : arguments.outlets;
  sample_rate_ = sys_getsr();
  create(arguments);
  for (int i = 1; i < inlets_; ++i) signalinlet_new(object, 0);
  for (int i = 0; i < outlets_; ++i) outlet_new(object, &s_signal);
  info_ = outlet_new(object, &s_anything);
  if (disabled_) host_->enable(false);
  channels_out_ = multichannel_ ? wanted_channels() : batch_;
  fit_rows();
  start_clock();
}

Nn::~Nn() {
  // The last one to hold a model frees it: not while audio waits for this thread.
  nn::discard(std::move(host_));
}

nn::HostOptions Nn::options_for(const Arguments& arguments) const {
  nn::HostOptions options;
  options.method = arguments.method;
  options.block = arguments.block;
  options.batch = batch_;
  options.sample_rate = sample_rate_ > 0 ? sample_rate_ : 44100;
  options.device = arguments.gpu ? "gpu" : "cpu";
  options.accelerate = arguments.accelerate;
  options.precision = arguments.precision;
  options.threads = arguments.threads;
  options.live = false;
  options.inputs = multichannel_ ? nn::kWidest : -1;
  options.outputs = multichannel_ ? nn::kWidest : -1;
  return options;
}

// A patch needs its inlets and outlets at once, so making an object waits for the file to be read.
// The warm-up is a load like any other.
void Nn::create(const Arguments& arguments) {
  nn::HostOptions options = options_for(arguments);
  std::shared_ptr<const nn::Model> read;
  if (arguments.model) {
    nn::Chores reading([this](const std::string& text) { error(text); });
    reading.in_turn([&] {
      const auto path = find_model(canvas(), *arguments.model);
      auto load = nn::load_options(options);
      load.trial_limit = std::min(load.trial_limit, kTrial);
      reading.post([&read, path, load](auto&) {
        auto fresh = nn::Model::load(path, load);
        return [&read, fresh] { read = fresh; };
      });
    });
    if (!reading.wait(kPatience))
      error("reading the model takes too long; make the object as [nn~ void] and send it [load " +
            *arguments.model + "(.");
  }
  if (read) try {
      std::string remark;  // told again when it is loaded
      options.method = method_or_forward(read->contract(), options.method, remark);
      const nn::Method& m = *read->contract().method(options.method);
      inlets_ = multichannel_ ? batch_ : m.in_channels;
      outlets_ = multichannel_ ? batch_ : m.out_channels;
    } catch (const nn::Error& e) {
      error(e.what());
      read = nullptr;
    }
  if (!multichannel_) {
    options.inputs = inlets_;
    options.outputs = outlets_;
  }
  inlets_ = std::max(inlets_, 1);  // messages come in there
  host_ = std::make_shared<Host>(options);
  if (read) load(read->path(), arguments.method, read);
}

std::shared_ptr<const nn::Model> Nn::model() const {
  auto model = host_->model();
  if (!model) throw nn::Error("No model is loaded.");
  return model;
}

const nn::Method& Nn::method() const { return *model()->contract().method(host_->method()); }

// `held`: the model, where it has been read already.
void Nn::load(const std::filesystem::path& path, const std::string& wanted,
              const std::shared_ptr<const nn::Model>& held) {
  work(model_work_, [this, host = host_, path, wanted, held, fixed = !multichannel_](auto&) {
    nn::HostOptions options = host->options();
    const auto loaded = held ? held : nn::Model::load(path, nn::load_options(options));
    std::string remark;
    options.method =
        method_or_forward(loaded->contract(), wanted.empty() ? options.method : wanted, remark);
    const nn::Method& m = *loaded->contract().method(options.method);
    if (fixed && (m.in_channels > options.inputs || m.out_channels > options.outputs)) {
      const std::string name = path.stem().string();
      throw nn::Error("'" + name + "' " + m.name + " has " + counted(m.in_channels, "input") +
                      " and " + counted(m.out_channels, "output") +
                      ", more than this object: make "
                      "it as [nn~ " +
                      name + " " + m.name + "] or [nn~ void " +
                      std::to_string(std::max(m.in_channels, 1)) + " " +
                      std::to_string(m.out_channels) + "].");
    }
    auto candidate = std::make_shared<nn::Candidate>(nn::prepare(loaded, options));
    return [this, candidate, remark, asked = !wanted.empty(), told = !held] {
      // An error only where this method was asked for by name.
      if (!remark.empty()) asked ? error(remark) : notice(remark);
      adopt(std::move(*candidate), false);
      if (told) say("loaded", {atom(1)});
    };
  });
}

void Nn::reload() {
  model_work_.in_turn([this] { load(model()->path(), ""); });
}

void Nn::remake(const Change& change, std::function<void()> then) {
  work(model_work_, [this, host = host_, change, then](auto&) {
    if (host->plan(change)) return nn::Chores::Reply{};  // for the model to come
    const nn::HostOptions last = host->options();
    nn::HostOptions options = last;
    change(options);
    auto candidate =
        std::make_shared<nn::Candidate>(nn::prepare_again(host->model(), last, options));
    return nn::Chores::Reply{[this, candidate, then] {
      adopt(std::move(*candidate), true);
      if (then) then();
    }};
  });
}

void Nn::set_method(const std::string& wanted) {
  work(model_work_, [this, host = host_, wanted, fixed = !multichannel_, waits = renders()](auto&) {
    const auto loaded = host->model();
    if (!loaded) {  // for the model to come
      host->plan([&](nn::HostOptions& options) { options.method = wanted; });
      return nn::Chores::Reply{};
    }
    std::string remark;
    const auto name = method_or_forward(loaded->contract(), wanted, remark);
    const nn::HostOptions options = host->options();
    const nn::Method& m = *loaded->contract().method(name);
    if (fixed && (m.in_channels > options.inputs || m.out_channels > options.outputs))
      throw nn::Error("Method '" + name + "' has " + counted(m.in_channels, "input") + " and " +
                      counted(m.out_channels, "output") +
                      ", more than this object: make it as "
                      "[nn~ " +
                      loaded->path().stem().string() + " " + name + "].");
    if (waits) host->wait_idle(30);  // see keep_step()
    host->set_method(name);
    return nn::Chores::Reply{[this, remark] {
      if (!remark.empty()) error(remark);
      after_change();
    }};
  });
}

void Nn::adopt(nn::Candidate candidate, bool keep) {
  tell_what_is_odd(candidate);
  if (!keep) watch_.clear();
  host_->adopt(std::move(candidate), keep);
  after_change();
}

// A method with other channels: Pd has to make other signals.
void Nn::after_change() {
  if (!multichannel_) return;
  const double latency = static_cast<double>(host_->latency()), ramps = 1024;
  fade_ms_ = 1000 * (latency + host_->block() + ramps) / host_->options().sample_rate;
  changed_at_ = clock_getlogicaltime();
  if (static_cast<size_t>(host_->inputs()) != in_.size() ||
      static_cast<size_t>(host_->outputs()) != out_.size()) {
    fit_rows();  // until Pd has made its list anew
    channels_out_ = std::max(channels_out_, wanted_channels());
    canvas_update_dsp();
  }
  follow_channels();
}

void Nn::tell_what_is_odd(const nn::Candidate& candidate) {
  if (const auto text = candidate.engine->remarks(); !text.empty()) error(text);
  const nn::Model& loaded = candidate.engine->model();
  for (const auto& text : loaded.contract().remarks) error(text);
  // No error: it plays. Once for a model, not at every change of its block.
  if (!loaded.remark().empty() && &loaded != host_->model().get()) notice(loaded.remark());
  const int asked = candidate.options.block, block = candidate.engine->options().block;
  if (asked > 0 && nn::next_power_of_two(asked) < block)
    notice("block " + std::to_string(asked) + " became " + std::to_string(block) +
           ", which the model needs.");
  if (candidate.options.device != "cpu") notice("the model runs on " + loaded.device() + ".");
  const auto rate = loaded.contract().metadata.sample_rate;
  if (rate && sample_rate_ > 0 && *rate != static_cast<int>(sample_rate_))
    notice("the model was made for " + std::to_string(*rate) + " Hz, and Pd runs at " +
           std::to_string(static_cast<int>(sample_rate_)) + " Hz: it sounds transposed.");
}

}  // namespace pd
