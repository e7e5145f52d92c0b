#pragma once

namespace nn {

// Physical cores of this machine (hyper-threads counted once), at least 1.
int physical_cores();

}  // namespace nn
