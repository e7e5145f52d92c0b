// A module against another that should sound the same.
#pragma once

#include <string>

#include "accelerate.h"

namespace nn {

// Runs some blocks of noise through every method of both, from the same state and the same seed, on
// throw-away copies of the state. The largest difference relative to the peak of `plain`; infinite
// when only one of them fails. Methods that fail in both do not count.
double difference(const Playable& plain, const Playable& other, const Contract& contract);

// 0 when every method makes numbers of such noise, infinity when one fails or makes none.
double failure(const Playable& playable, const Contract& contract);

}  // namespace nn
