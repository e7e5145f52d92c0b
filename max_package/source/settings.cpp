// nn~: the attributes of the box, which the inspector shows.
#include <cmath>

#include "nn.h"
#include "nn/error.h"

namespace maxmsp {
namespace {

bool truth(const t_atom& value, const char* name) {
  if (!is_number(value) || !std::isfinite(atom_getfloat(&value)))
    throw nn::Error(std::string(name) + " is 0 or 1, not '" + text_of(value) + "'.");
  return atom_getfloat(&value) != 0;
}

int whole(const t_atom& value, const char* name, int least, int most) {
  const double n = is_number(value) ? atom_getfloat(&value) : NAN;
  if (!(n >= least && n <= most))
    throw nn::Error(std::string(name) + " is a whole number from " + std::to_string(least) +
                    " to " + std::to_string(most) + ", not '" + text_of(value) + "'.");
  return static_cast<int>(n);
}

// The place of the value among words.
size_t choice(const t_atom& value, const char* name, const std::vector<std::string>& words) {
  std::string all;
  for (size_t i = 0; i < words.size(); ++i) {
    if (text_of(value) == words[i]) return i;
    all += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  throw nn::Error(std::string(name) + " is " + all + ", not '" + text_of(value) + "'.");
}

t_atom number(int n) { return atom(static_cast<int64_t>(n)); }

const std::vector<std::string> kLate{"silence", "hold", "bypass"};
const std::vector<std::string> kLatency{"standard", "tight"};
const std::vector<std::string> kPrecision{"exact", "half", "bf16"};

}  // namespace

// Inside a friend of Nn, whose state they read and change.
const Setting& Settings::at(int index) {
  constexpr const char *kSwitch = "onoff", *kEnum = "enum", *kText = "text";
  constexpr const char *kLong = "long", *kSymbol = "symbol";
  const auto now = [](Nn& nn) { return nn.host_ ? nn.host_->options() : nn.options_; };
  static const auto options = now;
  static const Setting all[kCount] = {
      {"enable", kLong, "Enable", kSwitch, "", "1", false, true,
       [](Nn& nn) { return number(nn.enabled_); },
       [](Nn& nn, const t_atom& value) {
         nn.enabled_ = truth(value, "enable");
         if (nn.host_) nn.host_->enable(nn.enabled_);
       }},
      {"gpu", kLong, "Run on a GPU", kSwitch, "", "0", false, true,
       [](Nn& nn) { return number(options(nn).device != "cpu"); },
       [](Nn& nn, const t_atom& value) {
         const bool gpu = truth(value, "gpu");
         nn.remake([gpu](nn::HostOptions& o) { o.device = gpu ? "gpu" : "cpu"; },
                   [&nn, gpu] {
                     if (gpu && nn.model()->device() == "cpu")
                       nn.notice("no GPU that torch can use was found.");
                   });
       }},
      {"accelerate", kLong, "Accelerate", kSwitch, "", "1", false, true,
       [](Nn& nn) { return number(options(nn).accelerate); },
       [](Nn& nn, const t_atom& value) {
         const bool on = truth(value, "accelerate");
         nn.remake([on](nn::HostOptions& o) { o.accelerate = on; });
       }},
      {"precision", kSymbol, "Precision", kEnum, "exact half bf16", "exact", false, true,
       [](Nn& nn) { return atom(std::string(nn::name_of(options(nn).precision))); },
       [](Nn& nn, const t_atom& value) {
         const auto name = kPrecision[choice(value, "precision", kPrecision)];
         nn.remake([p = nn::precision_from(name)](nn::HostOptions& o) { o.precision = p; });
       }},
      {"threads", kLong, "Threads for one block", kText, "", "1", false, true,
       [](Nn& nn) { return number(options(nn).threads); },
       [](Nn& nn, const t_atom& value) {
         const int count = whole(value, "threads", 1, 2);
         nn.remake([count](nn::HostOptions& o) { o.threads = count; });
       }},
      {"block", kLong, "Block in samples", kText, "", "-1", false, false,
       [](Nn& nn) { return number(options(nn).block); },
       [](Nn& nn, const t_atom& value) {
         const int block = block_request(value);
         nn.remake([block](nn::HostOptions& o) { o.block = block; });
       }},
      {"latency", kSymbol, "Latency", kEnum, "standard tight", "standard", false, true,
       [](Nn& nn) { return atom(kLatency[options(nn).tight ? 1 : 0]); },
       [](Nn& nn, const t_atom& value) {
         const bool tight = choice(value, "latency", kLatency) == 1;
         nn.remake([tight, burst = nn.bursts_.longest()](nn::HostOptions& o) {
           o.tight = tight;
           o.burst = burst;
         });
       }},
      {"late", kSymbol, "Late blocks", kEnum, "silence hold bypass", "silence", false, true,
       [](Nn& nn) { return atom(kLate[static_cast<size_t>(options(nn).late)]); },
       [](Nn& nn, const t_atom& value) {
         const auto late = static_cast<nn::Late>(choice(value, "late", kLate));
         nn.host_ ? nn.host_->set_late(late) : void(nn.options_.late = late);
       }},
      {"offline", kLong, "Wait for late blocks", kSwitch, "", "0", false, true,
       [](Nn& nn) { return number(nn.offline_); },
       [](Nn& nn, const t_atom& value) {
         nn.offline_ = truth(value, "offline");
         nn.offline_playing_ = nn.offline_;
         nn.host_ ? nn.host_->set_offline(nn.offline_) : void(nn.options_.offline = nn.offline_);
       }},
      {"track_buffers", kLong, "Follow buffer~ changes", kSwitch, "", "0", false, true,
       [](Nn& nn) { return number(nn.track_buffers_); },
       [](Nn& nn, const t_atom& value) { nn.track_buffers_ = truth(value, "track_buffers"); }},
      {"dumpout", kLong, "Outlet for answers", kSwitch, "", "0", false, true,
       [](Nn& nn) { return number(nn.wants_dump_); },
       [](Nn& nn, const t_atom& value) {
         const bool wanted = truth(value, "dumpout");
         if (nn.host_ && wanted != nn.wants_dump_)
           throw nn::Error("dumpout is decided when the object is made: type @dumpout in its box.");
         nn.wants_dump_ = wanted;
       }},
      {"chans", kLong, "Channels of each outlet", kText, "", "0", true, true,
       [](Nn& nn) { return number(nn.chans_); },
       [](Nn& nn, const t_atom& value) { nn.chans_ = whole(value, "chans", 0, 1024); }},
  };
  return all[index];
}

}  // namespace maxmsp
