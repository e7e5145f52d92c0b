// What one core of this machine can do at most, measured: what the speed of a layer is set against.
#pragma once

namespace nn::accel {

struct Limits {
  double bytes_per_second = 0;       // read from memory that no cache holds
  double operations_per_second = 0;  // 32-bit multiplications and additions, counted as two
};

// On the calling thread, in well under a second: the best of several short runs of each.
Limits measure_limits();

}  // namespace nn::accel
