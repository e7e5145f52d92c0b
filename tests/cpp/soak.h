// Long forms of tests: `make soak` sets NN_SOAK, and what is repeated is repeated 20 times as
// often.
#pragma once

#include <cstdint>
#include <cstdlib>

inline int64_t repeated(int64_t times) { return std::getenv("NN_SOAK") ? 20 * times : times; }
