#include "arena.h"

#include <new>

#ifdef _WIN32
#include <windows.h>
#else
#include <sys/mman.h>
#endif

namespace nn::accel {
namespace {

constexpr size_t line = 64, large_page = size_t{2} << 20;

constexpr size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

}  // namespace

#ifdef _WIN32

// Large pages need a privilege there that no plug-in has.
Arena::Arena(size_t bytes) : capacity_(round_up(bytes ? bytes : 1, line)) {
  memory_ = static_cast<std::byte*>(
      VirtualAlloc(nullptr, capacity_, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
  if (!memory_) throw std::bad_alloc();
}

Arena::~Arena() { VirtualFree(memory_, 0, MEM_RELEASE); }

#else

Arena::Arena(size_t bytes) : capacity_(round_up(bytes ? bytes : 1, line)) {
  // Small ones would waste most of a large page.
  const bool large = capacity_ >= large_page;
  if (large) capacity_ = round_up(capacity_, large_page);
  const size_t mapped = capacity_ + (large ? large_page : 0);
  void* const map = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (map == MAP_FAILED) throw std::bad_alloc();
  memory_ = static_cast<std::byte*>(map);
  if (!large) return;
  // Cut off what comes before and after the aligned part.
  const size_t before = -reinterpret_cast<uintptr_t>(map) & (large_page - 1);
  if (before) munmap(map, before);
  memory_ += before;
  if (before < large_page) munmap(memory_ + capacity_, large_page - before);
#ifdef MADV_HUGEPAGE
  madvise(memory_, capacity_, MADV_HUGEPAGE);  // a wish
#endif
}

Arena::~Arena() { munmap(memory_, capacity_); }

#endif

void* Arena::take(size_t bytes) {
  bytes = round_up(bytes, line);
  if (bytes > capacity_ - used_) throw std::bad_alloc();
  void* const taken = memory_ + used_;
  used_ += bytes;
  return taken;
}

}  // namespace nn::accel
