// Which instruction set is used.
#include "kernels.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace nn::accel {
namespace {

constexpr int most = 5;

struct Available {
  const Kernels* kernels[most] = {};
  const char* names[most + 1] = {};
  Available() noexcept {
    int count = 0;
    for (const auto* each : {avx3_bf16(), avx3(), avx2(), neon(), base()})
      if (each && each->supported()) {
        kernels[count] = each;
        names[count++] = each->name;
      }
  }
  const Kernels* find(const char* name) const noexcept {
    for (int i = 0; i < most && kernels[i]; ++i)
      if (std::strcmp(names[i], name) == 0) return kernels[i];
    return nullptr;
  }
};

const Available& available() noexcept {
  static const Available all;
  return all;
}

std::atomic<const Kernels*> current{nullptr};

const Kernels* best() noexcept {
  const char* const wish = std::getenv("NN_TILDE_TARGET");
  const Kernels* const wished = wish ? available().find(wish) : nullptr;
  return wished ? wished : available().kernels[0];
}

// Before anyone multiplies, so that the first product need not.
const bool chosen = (kernels(), true);

}  // namespace

const Kernels& kernels() noexcept {
  const Kernels* now = current.load(std::memory_order_acquire);
  if (!now) {
    now = best();
    current.store(now, std::memory_order_release);
  }
  return *now;
}

const char* const* targets() noexcept { return available().names; }

const char* target() noexcept { return kernels().name; }

bool use_target(const char* name) noexcept {
  const Kernels* const found = name ? available().find(name) : best();
  if (found) current.store(found, std::memory_order_release);
  return found;
}

}  // namespace nn::accel
