// Memory for all packed weights of one model, side by side, on large pages where there are any.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nn::accel {

class Arena {
 public:
  // Control thread. Throws std::bad_alloc. `bytes` is what will be taken in all.
  explicit Arena(size_t bytes);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // The next `bytes`, aligned to 64, zeroed. Throws std::bad_alloc when the arena is full.
  void* take(size_t bytes);
  size_t used() const noexcept { return used_; }
  size_t capacity() const noexcept { return capacity_; }

 private:
  std::byte* memory_ = nullptr;
  size_t capacity_ = 0, used_ = 0;
};

}  // namespace nn::accel
