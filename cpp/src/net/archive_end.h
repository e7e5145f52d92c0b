// A TorchScript file is a zip archive. This looks only at its two ends, enough to tell a whole
// file from an error page or a torn one; the loader checks the content.
#pragma once

#include "net/part_file.h"

namespace nn::net {

bool is_whole_archive(const PartFile& file);

}  // namespace nn::net
