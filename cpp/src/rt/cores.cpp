#include "cores.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#if defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#endif

namespace nn {
namespace {

int counted_cores() {
#if defined(__APPLE__)
  int cores = 0;
  size_t size = sizeof cores;
  return sysctlbyname("hw.physicalcpu", &cores, &size, nullptr, 0) == 0 ? cores : 0;
#elif defined(_WIN32)
  DWORD size = 0;
  GetLogicalProcessorInformation(nullptr, &size);
  std::vector<SYSTEM_LOGICAL_PROCESSOR_INFORMATION> infos(size / sizeof(infos[0]) + 1);
  if (!GetLogicalProcessorInformation(infos.data(), &size)) return 0;
  return static_cast<int>(
      std::count_if(infos.begin(), infos.begin() + size / sizeof(infos[0]),
                    [](const auto& info) { return info.Relationship == RelationProcessorCore; }));
#else
  // One list of siblings per core: "0,4" or "0-1".
  std::set<std::string> cores;
  for (unsigned cpu = 0;; ++cpu) {
    std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                       "/topology/thread_siblings_list");
    std::string siblings;
    if (!std::getline(file, siblings)) break;
    cores.insert(siblings);
  }
  return static_cast<int>(cores.size());
#endif
}

}  // namespace

int physical_cores() {
  const int logical = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int counted = counted_cores();
  return counted > 0 ? std::min(counted, logical) : logical;
}

}  // namespace nn
