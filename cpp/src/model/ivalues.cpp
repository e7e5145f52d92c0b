#include "ivalues.h"

#include "nn/error.h"

namespace nn {

c10::IValue to_ivalue(const Value& value, const c10::Device& device) {
  struct {
    const c10::Device& device;
    c10::IValue operator()(bool b) const { return b; }
    c10::IValue operator()(int64_t i) const { return i; }
    c10::IValue operator()(double d) const { return d; }
    c10::IValue operator()(const std::string& s) const { return s; }
    c10::IValue operator()(const TensorValue& t) const {
      int64_t count = 1;
      for (const int64_t n : t.shape) count *= n;
      if (count != static_cast<int64_t>(t.data.size()))
        throw Error("A tensor's shape does not fit its " + std::to_string(t.data.size()) +
                    " numbers.");
      return torch::tensor(t.data).reshape(t.shape).to(device);
    }
    c10::IValue operator()(const BufferValue& b) const {
      return (*this)(TensorValue{{b.channels, b.frames}, b.data});
    }
  } convert{device};
  return std::visit(convert, value);
}

Values to_values(const c10::IValue& value) {
  if (value.isTuple()) {
    Values all;
    for (const auto& element : value.toTupleRef().elements())
      for (auto& one : to_values(element)) all.push_back(std::move(one));
    return all;
  }
  if (value.isList()) {
    Values all;
    for (const c10::IValue& element : value.toListRef())
      for (auto& one : to_values(element)) all.push_back(std::move(one));
    return all;
  }
  if (value.isBool()) return {value.toBool()};
  if (value.isInt()) return {value.toInt()};
  if (value.isDouble()) return {value.toDouble()};
  if (value.isString()) return {value.toStringRef()};
  if (value.isTensor()) {
    const auto tensor = value.toTensor().detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const float* data = tensor.data_ptr<float>();
    return {TensorValue{tensor.sizes().vec(), {data, data + tensor.numel()}}};
  }
  if (value.isNone()) return {};
  std::ostringstream text;
  text << value;
  return {text.str()};
}

}  // namespace nn
