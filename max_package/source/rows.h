// Signals of Max and rows of the host.
#pragma once

#include <cstdint>
#include <vector>

namespace maxmsp {

// Where Max has the samples of each row of the host, c·width + b.
struct Rows {
  intptr_t chain = 0;             // which list of perform routines this is for
  std::vector<long> channels_in;  // of each inlet
  long channels_out = 0;          // of every outlet
  long numins = 0, numouts = 0;   // as this list has them
  std::vector<long> in, out;      // places among Max's signals; −1: none
  std::vector<long> quiet;        // outputs that no row feeds
  std::vector<double> silence, unheard;
  std::vector<const double*> in_at;  // the audio thread's own
  std::vector<double*> out_at;
};

}  // namespace maxmsp
