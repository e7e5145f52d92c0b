// Networks that hear what they have just made (nn_tilde.mtcrnn.streaming), each call of which
// becomes one operator.
#pragma once

#include <torch/csrc/jit/ir/ir.h>
#include <torch/script.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "../recurrent.h"
#include "inventory.h"
#include "places.h"

namespace nn::accel {

// The constant that nn_tilde::generate(hidden, made, given, noise, temperature, program) takes.
at::Tensor program_tensor(std::shared_ptr<Recurrent> program);

class Generators {
 public:
  Generators(Precision precision, const Inventory& inventory)
      : precision_(precision), inventory_(inventory) {}

  // Replaces a call forward(given, noise, temperature) of such a network. False, and nothing is
  // changed, where it is none, where code may change its numbers, or where the operator would not
  // make what torch makes of them.
  bool replace(torch::jit::Node* call, const Places::Place& place);

  int count() const;                                             // networks that were replaced
  const std::set<std::string>& state() const { return state_; }  // paths of what it writes to
  const std::set<const c10::TensorImpl*>& packed() const { return packed_; }

 private:
  const at::Tensor* program(const Object& module);

  Precision precision_;
  const Inventory& inventory_;
  std::map<const c10::ivalue::Object*, at::Tensor> programs_;  // undefined: not to be replaced
  std::set<std::string> state_;
  std::set<const c10::TensorImpl*> packed_;
};

}  // namespace nn::accel
