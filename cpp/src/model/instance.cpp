#include "instance.h"

#include <set>
#include <unordered_map>

namespace nn {
namespace {

using Object = c10::ivalue::Object;

std::string below(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

// Storages that any tensor of a written path lies in. Memory decides, not names: a file may hold
// a buffer and a view of it.
class Written {
 public:
  Written(const Mutations& mutations, const c10::intrusive_ptr<Object>& root)
      : mutations_(mutations) {
    look(root, "", false);
  }
  bool contains(const at::Tensor& tensor) const {
    return tensor.has_storage() ? storages_.count(tensor.storage().unsafeGetStorageImpl()) > 0
                                : mutations_.everything;
  }

 private:
  void look(const c10::IValue& value, const std::string& path, bool written) {
    if (value.isTensor()) {
      const auto& tensor = value.toTensor();
      if (written && tensor.defined() && tensor.has_storage())
        storages_.insert(tensor.storage().unsafeGetStorageImpl());
    } else if (value.isObject()) {
      const auto object = value.toObject();
      if (!above_.insert(object.get()).second) return;  // a cycle; shared parts are looked at twice
      // Plain objects (nn~ buffers, say) are state as a whole.
      const bool module = object->type()->is_module();
      for (size_t i = 0; i < object->type()->numAttributes(); ++i) {
        const auto inner = below(path, object->type()->getAttributeName(i));
        look(object->getSlot(i), inner, !module || written || mutations_.may_write(inner));
      }
      above_.erase(object.get());
    } else if (value.isList()) {
      for (const c10::IValue& element : value.toListRef()) look(element, path, written);
    } else if (value.isTuple()) {
      for (const auto& element : value.toTupleRef().elements()) look(element, path, written);
    } else if (value.isGenericDict()) {
      for (const auto& item : value.toGenericDict()) look(item.value(), path, written);
    }
  }

  const Mutations& mutations_;
  std::set<const Object*> above_;
  std::set<const c10::StorageImpl*> storages_;
};

// Copies the tree of objects; of tensors only the written ones, storage by storage, so that views
// stay views and two names for one tensor stay two names for one tensor.
class Copier {
 public:
  explicit Copier(const Written& written) : written_(written) {}

  c10::IValue copy(const c10::IValue& value) {
    if (value.isTensor()) return tensor(value.toTensor());
    if (value.isObject()) return object(value.toObject());
    if (value.isList()) {
      const auto from = value.toList();
      auto& to = lists_[value.internalToPointer()];
      if (to.isNone()) {
        c10::impl::GenericList list(from.elementType());
        for (const c10::IValue& element : value.toListRef()) list.push_back(copy(element));
        to = list;
      }
      return to;
    }
    if (value.isTuple()) {
      std::vector<c10::IValue> elements;
      for (const auto& element : value.toTupleRef().elements()) elements.push_back(copy(element));
      const auto type = value.toTuple()->type();
      return type && type->schema() ? c10::ivalue::Tuple::createNamed(std::move(elements), type)
                                    : c10::ivalue::Tuple::create(std::move(elements));
    }
    if (value.isGenericDict()) {
      const auto from = value.toGenericDict();
      c10::impl::GenericDict to(from.keyType(), from.valueType());
      for (const auto& item : from) to.insert(copy(item.key()), copy(item.value()));
      return to;
    }
    return value;  // numbers, text, packed weights: nothing that changes
  }

 private:
  c10::IValue object(const c10::intrusive_ptr<Object>& from) {
    if (const auto known = objects_.find(from.get()); known != objects_.end()) return known->second;
    const auto type = from->type();
    auto to =
        Object::create(c10::StrongTypePtr(from->compilation_unit(), type), type->numAttributes());
    objects_[from.get()] = to;
    for (size_t i = 0; i < type->numAttributes(); ++i) to->setSlot(i, copy(from->getSlot(i)));
    return to;
  }

  at::Tensor tensor(const at::Tensor& from) {
    if (!from.defined() || !written_.contains(from)) return from;
    auto& to = tensors_[from.unsafeGetTensorImpl()];
    if (to.defined()) return to;
    if (!from.has_storage() || from.is_quantized()) return to = from.detach().clone();
    auto& storage = storages_[from.storage().unsafeGetStorageImpl()];
    if (!storage.defined()) {
      const auto bytes = at::empty({0}, from.options().dtype(at::kByte).requires_grad(false));
      const auto size = static_cast<int64_t>(from.storage().nbytes());
      storage = bytes.set_(from.storage(), 0, {size}, {1}).clone();
    }
    to = at::empty({0}, from.options().requires_grad(false));
    to.set_(storage.storage(), from.storage_offset(), from.sizes(), from.strides());
    return to;
  }

  const Written& written_;
  std::unordered_map<const Object*, c10::intrusive_ptr<Object>> objects_;
  std::unordered_map<const void*, c10::IValue> lists_;
  std::unordered_map<const c10::TensorImpl*, at::Tensor> tensors_;
  std::unordered_map<const c10::StorageImpl*, at::Tensor> storages_;
};

}  // namespace

torch::jit::Module own_state(const torch::jit::Module& module, const Mutations& mutations) {
  const c10::InferenceMode inference;
  const auto root = module._ivalue();
  const Written written(mutations, root);
  return torch::jit::Module(Copier(written).copy(root).toObject());
}

}  // namespace nn
