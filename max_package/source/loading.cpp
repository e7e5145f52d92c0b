// nn~: making the object, and changing its model. The long part of each change is a job; the rest
// happens in poll().
#include <algorithm>
#include <utility>

#include "find_model.h"
#include "nn.h"
#include "nn/error.h"

namespace maxmsp {
namespace {

constexpr double kPatience = 30;  // seconds that making an object may take
constexpr double kTrial = 10;     // seconds of those for a comparison with the plain model

std::string counted(int n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string missing(const nn::Contract& contract, const std::string& wanted) {
  std::string all;
  for (const auto& method : contract.methods) all += (all.empty() ? "" : ", ") + method.name;
  return "The model has no method '" + wanted + "'; it has " + all + ".";
}

const nn::Method& known(const nn::Contract& contract, const std::string& wanted) {
  if (const nn::Method* method = contract.method(wanted)) return *method;
  throw nn::Error(missing(contract, wanted));
}

// Whether the block was left to us, and Max's vectors have become longer since.
bool omitted_too_short(const nn::Host<double>& host) {
  const nn::HostOptions options = host.options();
  return options.block == nn::kBlockOmitted && options.standard_block == 0 &&
         host.block() < options.vector;
}

// Whether a model made with one would be another than one made with the other.
bool same(const nn::HostOptions& a, const nn::HostOptions& b) {
  return a.block == b.block && a.device == b.device && a.accelerate == b.accelerate &&
         a.precision == b.precision && a.threads == b.threads && a.tight == b.tight &&
         (!a.tight || a.burst == b.burst) && a.batch == b.batch;
}

}  // namespace

Nn::Nn(t_pxobject* box, Kind kind, Arguments arguments)
    : Object(&box->z_ob),
      kind_(kind),
      arguments_(std::move(arguments)),
      box_(box),
      model_work_(complaints()),
      hub_work_(complaints()),
      downloads_(*this, hub_work_),
      watch_(&box->z_ob) {
  constexpr int mcs_block = 4096;  // samples, as its patches expect
  options_.method = arguments_.method;
  options_.block = arguments_.block;
  options_.standard_block = kind == Kind::mcs ? mcs_block : 0;
  options_.vector = std::max(sys_getblksize(), 1);
  options_.sample_rate = sys_getsr() > 0 ? sys_getsr() : 44100;
  options_.batch = kind == Kind::mcs ? arguments_.examples : 1;
  options_.live = true;
}

Nn::~Nn() {
  // The last one to hold a model frees it: not while Max waits for this thread.
  nn::discard(std::move(host_));
}

void Nn::start() {
  std::shared_ptr<const nn::Model> read;
  if (arguments_.model) read = read_model(options_);
  const nn::Method* m = read ? read->contract().method(arguments_.method) : nullptr;
  const bool shaped = arguments_.inlets && arguments_.outlets;
  if (read && !m && !shaped) known(read->contract(), arguments_.method);  // throws

  if (kind_ == Kind::mcs) {
    const bool shell = !arguments_.model && !arguments_.lazy;
    inlets_ = shell ? 0 : arguments_.examples;
    outlets_ = inlets_;
    options_.inputs = options_.outputs = nn::kWidest;
    first_outputs_ = m ? m->out_channels : 0;
  } else {
    inlets_ = arguments_.inlets.value_or(m ? m->in_channels : 0);
    outlets_ = arguments_.outlets.value_or(m ? m->out_channels : 0);
    options_.inputs = inlets_;
    options_.outputs = outlets_;
  }
  inlets_ = std::max(inlets_, 1);  // messages come in there
  channels_in_.assign(static_cast<size_t>(inlets_), 1);
  host_ = std::make_shared<Host>(options_);
  host_->enable(enabled_);
  make_ports();
  if (read && m) load(read->path(), arguments_.method, read);
  if (read && !m) {  // the box has its shape; the next `method` may be one that there is
    error(missing(read->contract(), arguments_.method));
    waiting_ = read->path();
  }
  start_clock();
}

// A patch needs its inlets and outlets at once, so making an object waits for the file to be read,
// on a thread of its own. The warm-up is a load like any other.
std::shared_ptr<const nn::Model> Nn::read_model(const nn::HostOptions& options) {
  const auto path = find_model(*arguments_.model);
  auto load = nn::load_options(options);
  load.trial_limit = std::min(load.trial_limit, kTrial);
  const auto read = std::make_shared<std::shared_ptr<const nn::Model>>();
  std::string failed;
  nn::Chores reading([&failed](const std::string& text) { failed = text; });
  reading.post([read, path, load](auto&) {
    auto fresh = nn::Model::load(path, load);
    return [read, fresh] { *read = fresh; };
  });
  if (!reading.wait(kPatience))
    throw nn::Error(
        "reading the model takes too long; make the object with void and send it [load " +
        *arguments_.model + "].");
  if (!*read) throw nn::Error(failed);
  return *read;
}

// Outlets are made from right to left.
void Nn::make_ports() {
  dsp_setup(box_, inlets_);
  if (wants_dump_) {
    dump_ = outlet_new(box_, nullptr);
    object_obex_store(box_, gensym("dumpout"), static_cast<t_object*>(dump_));
  }
  if (kind_ != Kind::vector) box_->z_misc |= Z_MC_INLETS;
  for (int i = 0; i < outlets_; ++i)
    outlet_new(box_, kind_ == Kind::vector ? "signal" : "multichannelsignal");
}

std::shared_ptr<const nn::Model> Nn::model() const {
  auto model = host_ ? host_->model() : nullptr;
  if (!model) throw nn::Error("No model is loaded.");
  return model;
}

const nn::Method& Nn::method() const { return *model()->contract().method(host_->method()); }

// `held`: the model, where it has been read already. No path: that of the model that plays then.
void Nn::load(const std::filesystem::path& path, const std::string& wanted,
              const std::shared_ptr<const nn::Model>& held) {
  work(model_work_, [this, host = host_, path, wanted, held](auto&) {
    nn::HostOptions options = host->options();
    const auto now = path.empty() ? host->model() : nullptr;
    if (path.empty() && !now) throw nn::Error("No model is loaded.");
    const auto loaded =
        held ? held : nn::Model::load(now ? now->path() : path, nn::load_options(options));
    if (!wanted.empty()) options.method = wanted;
    const nn::Method m = known(loaded->contract(), options.method);
    auto candidate = std::make_shared<nn::Candidate>(nn::prepare(loaded, options));
    return [this, candidate, m, told = !held] {
      warn_of_channels(m);
      adopt(std::move(*candidate), false);
      if (told) say("loaded", {atom(int64_t{1})});
    };
  });
}

void Nn::reload() { load({}, ""); }

void Nn::remake(const Change& change, std::function<void()> then) {
  if (!host_) return change(options_);  // before start()
  work(model_work_, [this, host = host_, change, then](auto&) {
    if (host->plan(change)) return nn::Chores::Reply{};  // for the model to come
    const nn::HostOptions last = host->options();
    nn::HostOptions options = last;
    change(options);
    // Max sets what a patch was saved with once more.
    const bool longer = omitted_too_short(*host);
    if (same(options, last) && !longer) return nn::Chores::Reply{then};
    auto candidate =
        std::make_shared<nn::Candidate>(nn::prepare_again(host->model(), last, options));
    return nn::Chores::Reply{[this, candidate, then] {
      adopt(std::move(*candidate), true);
      if (then) then();
    }};
  });
}

void Nn::set_method(const std::string& wanted) {
  if (!waiting_.empty()) return load(std::exchange(waiting_, {}), wanted);
  work(model_work_, [this, host = host_, wanted](auto&) {
    const auto loaded = host->model();
    if (!loaded) {  // for the model to come
      host->plan([&](nn::HostOptions& options) { options.method = wanted; });
      return nn::Chores::Reply{};
    }
    const nn::Method m = known(loaded->contract(), wanted);
    host->set_method(wanted);
    return nn::Chores::Reply{[this, m] { warn_of_channels(m); }};
  });
}

void Nn::adopt(nn::Candidate candidate, bool keep) {
  tell_what_is_odd(candidate);
  if (!keep) watch_.clear();
  waiting_.clear();
  const nn::EngineOptions& engine = candidate.engine->options();
  const int width = host_->width();
  const bool wider = kind_ == Kind::mcs && (engine.inputs > host_->inputs() / width ||
                                            engine.outputs > host_->outputs() / width);
  if (!wider) return host_->adopt(std::move(candidate), keep);
  // More rows: the audio thread must not look.
  const Gate::Closed closed(gate_);
  host_->adopt(std::move(candidate), keep);
  if (first_outputs_ == 0) first_outputs_ = method().out_channels;
  if (rows_) rows_ = lay_out(*rows_, host_->width());
}

// What does not fit is heard in part: patches count on that.
void Nn::warn_of_channels(const nn::Method& m) {
  if (kind_ == Kind::mcs) return;
  const nn::HostOptions options = host_->options();
  if (m.in_channels == options.inputs && m.out_channels == options.outputs) return;
  notice(m.name + " has " + counted(m.in_channels, "input") + " and " +
         counted(m.out_channels, "output") + ", this object " + counted(options.inputs, "inlet") +
         " and " + counted(options.outputs, "outlet") + ".");
}

void Nn::tell_what_is_odd(const nn::Candidate& candidate) {
  if (const auto text = candidate.engine->remarks(); !text.empty()) error(text);
  const nn::Model& loaded = candidate.engine->model();
  const bool fresh = &loaded != host_->model().get();
  if (fresh)
    for (const auto& text : loaded.contract().remarks) error(text);
  if (fresh && !loaded.remark().empty()) notice(loaded.remark());
  const int asked = candidate.options.block, block = candidate.engine->options().block;
  if (asked > 0 && nn::next_power_of_two(asked) < block)
    notice("block " + std::to_string(asked) + " became " + std::to_string(block) +
           ", which the model needs.");
  if (candidate.options.device != "cpu") notice("the model runs on " + loaded.device() + ".");
  const auto rate = loaded.contract().metadata.sample_rate;
  const int ours = static_cast<int>(host_->options().sample_rate);
  if (fresh && rate && *rate != ours)
    notice("the model was made for " + std::to_string(*rate) + " Hz, and Max runs at " +
           std::to_string(ours) + " Hz: it sounds transposed.");
}

}  // namespace maxmsp
