#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "nn/contract.h"

namespace nn {

// A Python bool, int, float, str or array as an attribute element of `type`; an array of float32
// [channels, frames] becomes a buffer at `sample_rate`. Throws nn::Error.
Value from_python(pybind11::handle given, Type type, const std::string& attribute, int sample_rate);
BufferValue buffer_from_python(pybind11::handle given, int sample_rate);
pybind11::object to_python(const Value& value);
pybind11::dict to_python(const Contract& contract);

}  // namespace nn
