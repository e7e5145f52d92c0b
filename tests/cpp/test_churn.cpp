// Loading and unloading while audio runs, again and again.
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "nn/host.h"
#include "script_models.h"
#include "soak.h"

namespace {

int64_t status(const char* key) {
  std::ifstream file("/proc/self/status");
  const std::string wanted = std::string(key) + ":";
  for (std::string line; std::getline(file, line);)
    if (line.rfind(wanted, 0) == 0) return std::stoll(line.substr(wanted.size()));
  return 0;
}

}  // namespace

TEST_CASE("loads under audio, 1000: flat memory, constant thread count, audio never stops") {
  const std::filesystem::path paths[] = {scripts::save("one", scripts::gain()),
                                         scripts::save("two", scripts::gain())};
  nn::HostOptions options;
  options.block = 256;
  options.vector = 64;
  nn::Host<float> host(paths[0], options);
  std::atomic<bool> stop{false};
  std::atomic<int64_t> callbacks{0};
  std::thread audio([&] {
    std::vector<float> row(64);
    float* rows = row.data();
    while (!stop) {
      host.process(&rows, &rows, 64);
      ++callbacks;
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  int64_t memory = 0, threads = 0;
  constexpr int settled = 200;
  const auto loads = repeated(1000);
  for (int i = 0; i < loads; ++i) {
    host.load(paths[i % 2], i % 3 ? "forward" : "last");
    host.set("gain", {0.5});
    while (host.next_message()) {
    }
    if (i == settled) {
      memory = status("VmRSS");
      threads = status("Threads");
    }
  }
  INFO("VmRSS " << memory << " → " << status("VmRSS") << " kB");
#if !defined(__SANITIZE_ADDRESS__)           // which keeps what has been freed
  CHECK(status("VmRSS") < memory + 30'000);  // 800 leaks of this model's code would be far more
#endif
  CHECK(status("Threads") <= threads + 2);  // a warm-up may be under way
  CHECK(callbacks > 100);
  stop = true;
  audio.join();
}
