// Everything at once: messages on the main and the scheduler's thread, attributes, loads, channel
// counts and vector sizes, while audio runs on a third.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "kernel/kernel.h"

namespace storm {

struct Box {
  std::string text;  // what is typed
  bool multichannel;
};

// `models`: names to load. `around` is called on the audio thread with each vector to be processed.
// Returns how many vectors were.
inline long run(const Box& box, const std::vector<std::string>& models, int rounds,
                const std::function<void(const std::function<void()>&)>& around) {
  namespace mk = max_kernel;
  mk::create_buffer("storm", 2, 64, 48000);
  mk::Object* const nn = mk::create(box.text);
  if (!nn) return 0;
  mk::Chain chain;
  chain.add(nn);
  const int source = chain.add_source(box.multichannel ? 2 : 1, box.multichannel);
  chain.connect(source, nn, 0);
  mk::SignalSettings settings;
  settings.vector_size = 64;
  chain.compile(settings);
  std::atomic<bool> stop{false};
  std::atomic<long> vectors{0};
  std::thread audio([&] {
    const std::vector<std::vector<double>> in(8, std::vector<double>(512, 0.25));
    while (!stop) {
      around([&] { chain.process(in); });
      ++vectors;
    }
  });
  const std::vector<std::string> here{"enable 0",    "set gain 0.5", "enable 1",    "late hold",
                                      "get gain",    "bang",         "stats",       "block 128",
                                      "dump",        "reset",        "late bypass", "set buf storm",
                                      "get_latency", "accelerate 0", "reload",      "accelerate 1"};
  const std::vector<std::string> there{
      "set gain 0.25", "get gain",     "enable 1",       "stats",         "method other",
      "bufsize 256",   "late silence", "method forward", "latency tight", "latency standard"};
  for (int i = 0; i < rounds; ++i) {
    mk::send(nn, here[static_cast<size_t>(i) % here.size()]);
    mk::send_later(nn, there[static_cast<size_t>(i) % there.size()]);
    if (i % 5 == 0) mk::send(nn, "load " + models[static_cast<size_t>(i / 5) % models.size()]);
    if (i % 7 == 0) mk::write_buffer("storm", {1, 2, 3, 4});
    if (i % 4 == 0) {
      if (box.multichannel) chain.set_source_channels(source, 1 + i % 6);
      settings.vector_size = 32 << (i % 3);
      settings.compile_while_running = i % 8 == 0;
      chain.compile(settings);
    }
    mk::run_main(8);
  }
  stop = true;
  audio.join();
  mk::run_main(100);
  return vectors;
}

}  // namespace storm
