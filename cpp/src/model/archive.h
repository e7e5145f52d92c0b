#pragma once

#include <cstdint>
#include <filesystem>

namespace nn {

// Whether a file is a whole, plain TorchScript zip archive. Nothing is executed or unpickled.
// Checks: end record, central directory and local headers agree; names are plain and unique;
// entries neither overlap nor leave the file; stored or deflated only; sizes within `largest`
// bytes unpacked; CRC-32 of every entry; the members a TorchScript module has.
// Throws nn::Error with one sentence naming the file.
void check_archive(const std::filesystem::path& path, int64_t largest);

}  // namespace nn
