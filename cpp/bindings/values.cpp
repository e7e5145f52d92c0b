#include "values.h"

#include <pybind11/stl.h>

#include "nn/error.h"

namespace py = pybind11;

namespace nn {
namespace {

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

Floats floats(py::handle given, const std::string& what) {
  auto array = Floats::ensure(given);
  if (!array) {
    PyErr_Clear();
    throw Error(what + " takes an array of numbers.");
  }
  return array;
}

}  // namespace

BufferValue buffer_from_python(py::handle given, int sample_rate) {
  const auto array = floats(given, "An audio buffer");
  if (array.ndim() < 1 || array.ndim() > 2)
    throw Error("An audio buffer takes an array [channels, frames] or [frames].");
  BufferValue buffer;
  buffer.channels = array.ndim() == 1 ? 1 : static_cast<int>(array.shape(0));
  buffer.frames = array.shape(array.ndim() - 1);
  buffer.sample_rate = sample_rate;
  buffer.data.assign(array.data(), array.data() + array.size());
  return buffer;
}

Value from_python(py::handle given, Type type, const std::string& attribute, int sample_rate) {
  if (type == Type::buffer) return buffer_from_python(given, sample_rate);
  if (type == Type::tensor && !py::isinstance<py::str>(given)) {
    const auto array = floats(given, "Attribute '" + attribute + "'");
    TensorValue tensor;
    tensor.shape.assign(array.shape(), array.shape() + array.ndim());
    tensor.data.assign(array.data(), array.data() + array.size());
    return tensor;
  }
  const auto plain = [&]() -> Value {
    try {
      if (py::isinstance<py::bool_>(given)) return given.cast<bool>();
      if (py::isinstance<py::str>(given)) return given.cast<std::string>();
      // Numpy scalars and whatever else counts as a number.
      if (PyIndex_Check(given.ptr())) return given.cast<int64_t>();
      if (PyNumber_Check(given.ptr()) && py::hasattr(given, "__float__"))
        return given.attr("__float__")().cast<double>();
    } catch (const py::cast_error&) {
      throw Error("Attribute '" + attribute + "' cannot take a value that large or strange.");
    } catch (const py::error_already_set&) {
      throw Error("Attribute '" + attribute + "' cannot take a value that large or strange.");
    }
    throw Error("Attribute '" + attribute + "' takes a " + name_of(type) + ", not " +
                py::str(py::type::of(given).attr("__name__")).cast<std::string>() + ".");
  }();
  return as_type(plain, type, attribute);
}

py::object to_python(const Value& value) {
  struct {
    py::object operator()(bool b) const { return py::bool_(b); }
    py::object operator()(int64_t i) const { return py::int_(i); }
    py::object operator()(double d) const { return py::float_(d); }
    py::object operator()(const std::string& s) const { return py::str(s); }
    py::object operator()(const TensorValue& t) const {
      py::array_t<float> array(std::vector<py::ssize_t>(t.shape.begin(), t.shape.end()));
      std::copy(t.data.begin(), t.data.end(), array.mutable_data());
      return array;
    }
    py::object operator()(const BufferValue& b) const {
      return (*this)(TensorValue{{b.channels, b.frames}, b.data});
    }
  } convert;
  return std::visit(convert, value);
}

py::dict to_python(const Contract& contract) {
  py::dict methods, attributes, metadata;
  for (const Method& m : contract.methods) {
    py::dict method;
    method["in_channels"] = m.in_channels;
    method["in_ratio"] = m.in_ratio;
    method["out_channels"] = m.out_channels;
    method["out_ratio"] = m.out_ratio;
    method["input_labels"] = m.input_labels;
    method["output_labels"] = m.output_labels;
    method["delay"] = m.delay;
    method["batch"] = m.batch;
    methods[py::str(m.name)] = method;
  }
  for (const Attribute& a : contract.attributes) {
    py::list types;
    for (const Type type : a.types) types.append(name_of(type));
    py::dict attribute;
    attribute["types"] = types;
    attribute["readable"] = a.readable;
    attribute["writable"] = a.writable;
    attributes[py::str(a.name)] = attribute;
  }
  metadata["toolkit"] = contract.metadata.toolkit;
  metadata["torch"] = contract.metadata.torch;
  metadata["block"] = contract.metadata.block;
  metadata["sample_rate"] = contract.metadata.sample_rate;
  py::dict all;
  all["methods"] = methods;
  all["attributes"] = attributes;
  all["buffers"] = contract.buffers;
  all["takes_sample_rate"] = contract.takes_sample_rate;
  all["metadata"] = metadata;
  all["remarks"] = contract.remarks;
  return all;
}

}  // namespace nn
