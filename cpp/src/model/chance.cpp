// torch's operators take a generator or, when given none, the global one. A dispatch key that torch
// keeps for tests comes before every other while it is included in a thread: operators that draw
// get this thread's generator there, and all others fall through.
#include "chance.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/library.h>

namespace nn {
namespace {

constexpr auto kKey = c10::DispatchKey::TESTING_ONLY_GenericMode;

at::Generator& own_generator() {
  thread_local at::Generator generator;
  return generator;
}

void draw(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const c10::impl::ExcludeDispatchKeyGuard once(kKey);
  const auto& arguments = op.schema().arguments();
  for (size_t i = 0; i < arguments.size(); ++i) {
    auto& given = (*stack)[stack->size() - arguments.size() + i];
    if (arguments[i].name() == "generator" && given.isNone()) given = own_generator();
  }
  op.callBoxed(stack);
}

}  // namespace

OwnChance::OwnChance(uint64_t seed) : included_(kKey), before_(own_generator()) {
  own_generator() = at::detail::createCPUGenerator(seed);
}

OwnChance::~OwnChance() { own_generator() = before_; }

TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, m) {
  m.fallback(torch::CppFunction::makeFallthrough());
}

TORCH_LIBRARY_IMPL(aten, TESTING_ONLY_GenericMode, m) {
  for (const char* name :
       {"normal_", "uniform_", "random_", "random_.from", "random_.to", "bernoulli_.float",
        "bernoulli_.Tensor", "bernoulli", "multinomial", "exponential_", "log_normal_", "cauchy_",
        "geometric_", "poisson", "normal.Tensor_float", "normal.float_Tensor",
        "normal.Tensor_Tensor", "randperm.generator"})
    m.impl(name, torch::CppFunction::makeFromBoxedFunction<&draw>());
}

}  // namespace nn
