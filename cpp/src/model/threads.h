#pragma once

#include <memory>

#include "nn/pool.h"

namespace nn {

// Makes torch compute on the calling thread alone, leaving the number of threads of everyone
// else's torch calls as it was.
void compute_on_this_thread_alone();

// The process's pool, its workers each computing alone.
const std::shared_ptr<Pool>& torch_pool();

}  // namespace nn
