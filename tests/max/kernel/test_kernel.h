// A kernel with the probe, fresh for each test.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "kernel.h"

namespace mk = max_kernel;

struct Kernel {
  Kernel() {
    mk::start();
    static const bool loaded = [] {
      mk::load_external(MAX_PROBE);
      return true;
    }();
    (void)loaded;
    mk::reset();
    mk::take_violations();
  }
  ~Kernel() {
    mk::reset();
    mk::take_violations();
  }
  // "outlet selector atoms", of what was sent since it was last asked.
  static std::vector<std::string> sent(mk::Object* object) {
    std::vector<std::string> all;
    for (const auto& o : mk::take_outputs(object)) {
      auto line = std::to_string(o.outlet) + ' ' + o.selector;
      if (!o.atoms.empty()) line += ' ' + mk::text(o.atoms);
      all.push_back(line);
    }
    return all;
  }
  static std::string violation() {
    const auto all = mk::take_violations();
    return all.empty() ? "" : all[0].kind;
  }
  static std::string complaint() {
    for (const auto& line : mk::take_console())
      if (line.kind == mk::Line::error) return line.text;
    return "";
  }
};

using Strings = std::vector<std::string>;
