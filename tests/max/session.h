// What the tests of the externals share: models made on the spot, boxes with them, signals through
// them, and the headless host to compare with.
#pragma once

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "kernel/kernel.h"
#include "models.h"
#include "nn/host.h"

namespace session {

using max_kernel::Line;
using max_kernel::Object;
using Plane = std::vector<std::vector<double>>;  // [channels][samples]

// Begins with an empty Max that knows our externals; ends with none of its laws broken.
struct Max {
  Max() {
    max_kernel::start();
    static const bool loaded = [] {
      for (const char* name : {"nn~", "mc.nn~", "mcs.nn~", "nn.info"})
        max_kernel::load_external(std::string(NN_EXTERNALS "/") + name + ".so");
      return true;
    }();
    (void)loaded;
    max_kernel::reset();
    max_kernel::add_search_path(models::folder().string());
  }
  ~Max() {
    const auto leaks = max_kernel::reset();
    for (const auto& leak : leaks) UNSCOPED_INFO("leaked: " << leak);
    for (const auto& v : max_kernel::violations()) UNSCOPED_INFO(v.kind << ": " << v.text);
    CHECK(leaks.empty());
    CHECK(max_kernel::take_violations().empty());
  }
};

inline std::string all_lines() {
  std::string all;
  for (const auto& line : max_kernel::console()) all += line.text + "\n";
  return all;
}

inline bool said(Line::Kind kind, const std::string& part) {
  const bool found = max_kernel::console_has(kind, part);
  if (!found) UNSCOPED_INFO("the console says:\n" << all_lines());
  return found;
}

// A box whose model has been loaded, warmed up and taken over.
inline Object* made(const std::string& text) {
  Object* const object = max_kernel::create(text);
  if (!object) {
    UNSCOPED_INFO("the console says:\n" << all_lines());
    return nullptr;
  }
  max_kernel::run_main(50);
  return object;
}

// Until a message that was sent has been done: `stats` answers after all that came before.
inline bool settled(Object* object) {
  max_kernel::take_console();
  max_kernel::send(object, "stats");
  return max_kernel::run_main_until([] { return max_kernel::console_has(Line::post, "stats:"); },
                                    20000);
}

inline Plane noise(int channels, int samples, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> value(-1, 1);
  Plane plane(static_cast<size_t>(channels), std::vector<double>(static_cast<size_t>(samples)));
  for (auto& row : plane)
    for (double& x : row) x = value(random);  // a float's worth, which is what models get
  return plane;
}

// Plays `in` (channels of all sources, one after another) through the chain and returns what the
// outlet gives.
inline Plane play(max_kernel::Chain& chain, Object* object, int outlet, const Plane& in) {
  const auto n = static_cast<size_t>(chain.settings().vector_size);
  Plane out(static_cast<size_t>(chain.output_channels(object, outlet)));
  const size_t length = in.empty() ? 0 : in[0].size() / n * n;
  for (size_t at = 0; at < length; at += n) {
    Plane vector;
    for (const auto& row : in)
      vector.emplace_back(row.begin() + static_cast<std::ptrdiff_t>(at),
                          row.begin() + static_cast<std::ptrdiff_t>(at + n));
    chain.process(vector);
    const auto heard = chain.output(object, outlet);
    for (size_t c = 0; c < out.size(); ++c)
      out[c].insert(out[c].end(), heard[c].begin(), heard[c].end());
  }
  return out;
}

// The same through a host of its own; rows are c·batch + b.
inline Plane headless(const std::filesystem::path& model, nn::HostOptions options,
                      const Plane& rows_in) {
  options.offline = true;
  nn::Host<double> host(model, options);
  const auto n = static_cast<size_t>(options.vector);
  Plane out(static_cast<size_t>(host.outputs()));
  for (auto& row : out) row.resize(rows_in[0].size());
  for (size_t at = 0; at + n <= rows_in[0].size(); at += n) {
    std::vector<const double*> in;
    std::vector<double*> to;
    for (const auto& row : rows_in) in.push_back(row.data() + at);
    for (auto& row : out) to.push_back(row.data() + at);
    host.process(in.data(), to.data(), static_cast<int>(n));
  }
  return out;
}

}  // namespace session
