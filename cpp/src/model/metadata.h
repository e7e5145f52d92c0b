#pragma once

#include <string>

#include "nn/contract.h"

namespace nn {

// Name of the archive's extra file; other hosts never look at it.
inline constexpr const char* kMetadataName = "nn_tilde.json";

// Adds what the record says to the contract. An empty text does nothing; a broken one becomes a
// remark: it never keeps a model from playing.
void read_metadata(const std::string& json, Contract& contract);

}  // namespace nn
