// Pd's own header, and what only some Pds have: looked up when we are loaded, so that one binary
// serves every version.
#pragma once

#include <m_pd.h>

#include <string>

// What Pd looks for in a binary: its setup function.
#ifdef _WIN32
#define NN_PD_EXPORT extern "C" __declspec(dllexport)
#else
#define NN_PD_EXPORT extern "C" __attribute__((visibility("default")))
#endif

namespace pd {

// A signal of Pd 0.54 and later, where m_pd.h may be older. The first three fields were there
// before.
struct Signal {
  int length;
  t_sample* samples;  // channel after channel
  t_float rate;       // Hz
  int channels;
  int overlap;  // times that each sample appears
};

// Whether this Pd has multichannel signals (0.54 and later).
bool has_multichannel();
// Channels of an input signal; 1 in an older Pd.
int channels_of(const t_signal* signal);
// Hz of what is heard, whatever the overlap. An older Pd does not tell overlap from upsampling, and
// gets its own rate.
double rate_of(const t_signal* signal);
// Makes an output signal; nothing to do in an older Pd. dsp methods of multichannel classes must.
void set_channels(t_signal** signal, int channels);
inline constexpr int kMultichannelClass = 0x10;  // CLASS_MULTICHANNEL

// Whether this is `pd -batch`, faster than real time. Pd has no question for it: the flag is looked
// for among the arguments of the process.
bool in_batch();
// Whether samples go to a device that someone may listen to.
bool audio_is_open();

// Null when there is none of this name.
t_garray* find_array(t_symbol* name);

std::string version();     // "0.53.1"
std::string own_folder();  // where this external lies

}  // namespace pd
