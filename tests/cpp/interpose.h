// Counts what the audio thread must not do: allocate, free, lock, start threads, wait, do I/O.
#pragma once

namespace watch {

// While one of these lives, forbidden calls of this thread are counted.
struct Guard {
  Guard() noexcept;
  ~Guard();
};
long violations() noexcept;  // of all threads, since the start
const char* last_violation() noexcept;

}  // namespace watch
