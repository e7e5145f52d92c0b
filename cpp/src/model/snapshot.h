#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "nn/contract.h"

namespace nn {

// Attribute values on their way from the engine thread to readers, without a lock between them:
// the engine leaves the newest one, readers take it away.
class Snapshot {
 public:
  Snapshot() = default;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot() { delete fresh_.load(); }

  void leave(Values values) { delete fresh_.exchange(new Values(std::move(values))); }
  Values read() {
    const std::lock_guard lock(reading_);
    if (const std::unique_ptr<Values> fresh(fresh_.exchange(nullptr)); fresh)
      known_ = std::move(*fresh);
    return known_;
  }

 private:
  std::atomic<Values*> fresh_{nullptr};
  std::mutex reading_;  // readers only
  Values known_;
};

}  // namespace nn
