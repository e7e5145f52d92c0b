#pragma once

#include <cstdint>
#include <string_view>

namespace nn {

// How deep the code (TorchScript source) or the pickle nests, at most. torch reads both, and frees
// what it has read, by recursion: a small file that nests deep enough overflows the stack.
int64_t code_nesting(std::string_view source);
// Stops at the first instruction torch itself refuses.
int64_t pickle_nesting(std::string_view pickle);

}  // namespace nn
