// Threads inherit the scheduling of the thread that starts them, and an audio program's may be
// real-time: a model that loads, or never returns, would then take the processor from the audio.
#pragma once

namespace nn {

// For the calling thread: as any program's.
void be_ordinary() noexcept;
// For the calling thread: one step less urgent than it was, where that was real-time.
void yield_to_audio() noexcept;

}  // namespace nn
