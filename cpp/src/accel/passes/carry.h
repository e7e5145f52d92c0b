// Tensors that carry an object of ours where their numbers would be. The graph of a loaded module,
// and its attributes, hold nothing but what TorchScript knows; so packed weights travel as tensors.
#pragma once

#include <torch/script.h>

#include <memory>

namespace nn::accel {

namespace carrying {

template <typename T>
void drop(void* object) {
  delete static_cast<std::shared_ptr<T>*>(object);
}

at::Tensor tensor(at::DataPtr object, c10::IntArrayRef sizes);
const at::DataPtr* content(const at::Tensor& tensor);

}  // namespace carrying

// A float tensor of these sizes without numbers; whoever reads them gets a c10::Error that says so.
template <typename T>
at::Tensor carry(std::shared_ptr<T> object, c10::IntArrayRef sizes) {
  return carrying::tensor({nullptr, new std::shared_ptr<T>(std::move(object)), &carrying::drop<T>,
                           c10::Device(c10::kCPU)},
                          sizes);
}

// What a tensor carries, or null: it is an ordinary one.
template <typename T>
T* carried(const at::Tensor& tensor) {
  const at::DataPtr* content = carrying::content(tensor);
  if (!content || content->get_deleter() != &carrying::drop<T>) return nullptr;
  return static_cast<std::shared_ptr<T>*>(content->get_context())->get();
}

}  // namespace nn::accel
