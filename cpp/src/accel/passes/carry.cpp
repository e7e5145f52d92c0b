#include "carry.h"

namespace nn::accel::carrying {

at::Tensor tensor(at::DataPtr object, c10::IntArrayRef sizes) {
  size_t bytes = sizeof(float);
  for (const int64_t size : sizes) bytes *= static_cast<size_t>(size);
  auto storage = c10::make_intrusive<c10::StorageImpl>(c10::StorageImpl::use_byte_size_t(), bytes,
                                                       std::move(object), nullptr, false);
  storage->release_data_and_set_meta_custom_data_ptr_error_msg_(
      "These weights are packed for acceleration and cannot be read; load the model with "
      "acceleration off.");
  auto made = at::detail::make_tensor<c10::TensorImpl>(c10::Storage(std::move(storage)),
                                                       c10::DispatchKeySet(c10::DispatchKey::CPU),
                                                       caffe2::TypeMeta::Make<float>());
  made.unsafeGetTensorImpl()->set_sizes_contiguous(sizes);
  return made;
}

const at::DataPtr* content(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage()) return nullptr;
  return &tensor.storage().unsafeGetStorageImpl()->_mutable_data_ptr_no_checks();
}

}  // namespace nn::accel::carrying
