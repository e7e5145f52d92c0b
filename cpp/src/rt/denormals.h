// Flush-to-zero for as long as this object lives: a decaying state must not cost 100× per
// operation.
#pragma once

#include <cstdint>
#if defined(__SSE__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace nn {

class FlushDenormals {
 public:
  FlushDenormals() noexcept : before_(get()) { set(before_ | kMask); }
  ~FlushDenormals() { set(before_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE__) || defined(_M_X64)
  static constexpr uint64_t kMask = 0x8040;  // FTZ | DAZ
  static uint64_t get() noexcept { return _mm_getcsr(); }
  static void set(uint64_t value) noexcept { _mm_setcsr(static_cast<unsigned>(value)); }
#elif defined(__aarch64__) && !defined(_MSC_VER)
  static constexpr uint64_t kMask = 1ull << 24;  // FPCR.FZ
  static uint64_t get() noexcept {
    uint64_t value;
    __asm__ volatile("mrs %0, fpcr" : "=r"(value));
    return value;
  }
  static void set(uint64_t value) noexcept { __asm__ volatile("msr fpcr, %0" ::"r"(value)); }
#else
  static constexpr uint64_t kMask = 0;
  static uint64_t get() noexcept { return 0; }
  static void set(uint64_t) noexcept {}
#endif
  uint64_t before_;
};

}  // namespace nn
