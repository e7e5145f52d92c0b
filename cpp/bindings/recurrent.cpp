// nn_tilde._core.Recurrent: a network that hears what it has just made, at work on some sequences.
// Arrays are float32 and contiguous; nn_tilde.mtcrnn.stepper says what is wrong nicely.
#include "../src/accel/recurrent.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cmath>
#include <mutex>
#include <optional>

#include "nn/error.h"

namespace py = pybind11;

namespace nn {
namespace {

using Array = py::array_t<float, py::array::c_style | py::array::forcecast>;

void expect(const Array& array, std::initializer_list<py::ssize_t> shape) {
  bool fits = array.ndim() == static_cast<py::ssize_t>(shape.size());
  py::ssize_t axis = 0;
  for (const py::ssize_t size : shape) fits = fits && array.shape(axis) == size, ++axis;
  if (!fits) throw Error("An array of another shape was expected.");
}

class PyRecurrent {
 public:
  PyRecurrent(const std::string& kind, int count, int components, bool onehot, int given,
              size_t room)
      : program_(std::make_shared<accel::Arena>(room), Precision::exact,
                 {kind_from(kind), count, components, onehot}, given) {}

  void entry(const Array& weight, const Array& bias, bool relu) {
    program_.entry(dense(weight, bias, {}), relu);
  }
  void cell(const Array& weight_ih, const Array& weight_hh, const Array& bias_ih,
            const Array& bias_hh, const std::optional<Array>& scales_ih,
            const std::optional<Array>& scales_hh, int source) {
    program_.cell(dense(weight_ih, bias_ih, scales_ih), dense(weight_hh, bias_hh, scales_hh),
                  source);
  }
  void head(const Array& weight, const Array& bias, const std::optional<Array>& scales, int source,
            bool tanh) {
    program_.head(dense(weight, bias, scales), source, tanh);
  }
  void finish() { program_.finish(); }

  // Forgets all; made [B, fed] is what it hears first.
  void begin(const Array& made) {
    if (made.ndim() != 2) throw Error("An array [batch, inputs] was expected.");
    expect(made, {made.shape(0), program_.draw_of().fed()});
    const std::lock_guard<std::mutex> lock(busy_);
    examples_ = static_cast<int>(made.shape(0));
    made_.assign(made.data(), made.data() + made.size());
    hidden_.assign(size_t(examples_) * program_.cells() * program_.width(), 0);
  }

  void hear(const Array& rows) {
    if (rows.ndim() != 3) throw Error("An array [batch, steps, inputs] was expected.");
    expect(rows, {examples_, rows.shape(1), program_.inputs()});
    const py::gil_scoped_release release;
    const std::lock_guard<std::mutex> lock(busy_);
    program_.hear(hidden_.data(), rows.data(), static_cast<int>(rows.shape(1)), examples_,
                  workspace_);
  }

  Array outputs(const Array& inputs) {
    expect(inputs, {examples_, program_.inputs()});
    Array made({static_cast<py::ssize_t>(examples_),
                static_cast<py::ssize_t>(program_.draw_of().outputs())});
    float* const to = made.mutable_data();
    const py::gil_scoped_release release;
    const std::lock_guard<std::mutex> lock(busy_);
    program_.outputs(hidden_.data(), inputs.data(), examples_, to, workspace_);
    return made;
  }

  Array generate(const Array& given, const Array& noise, float temperature, bool legacy) {
    if (given.ndim() != 3) throw Error("An array [batch, steps, channels] was expected.");
    const auto steps = given.shape(1);
    expect(given, {examples_, steps, program_.given()});
    expect(noise, {examples_, steps, program_.draw_of().noise()});
    Array values({static_cast<py::ssize_t>(examples_), steps,
                  static_cast<py::ssize_t>(program_.draw_of().values())});
    float* const to = values.mutable_data();
    const py::gil_scoped_release release;
    const std::lock_guard<std::mutex> lock(busy_);
    program_.generate({hidden_.data(), made_.data()}, given.data(), noise.data(),
                      {temperature, legacy}, static_cast<int>(steps), examples_, to, workspace_);
    return values;
  }

  double bytes() const { return program_.bytes(); }
  bool in_bytes() const { return program_.in_bytes(); }

 private:
  static accel::Draw::Kind kind_from(const std::string& kind) {
    if (kind == "categorical") return accel::Draw::categorical;
    if (kind == "gaussian") return accel::Draw::gaussian;
    if (kind == "mixture") return accel::Draw::mixture;
    throw Error("A network makes categorical, gaussian or mixture outputs, not '" + kind + "'.");
  }

  static accel::Dense dense(const Array& weight, const Array& bias,
                            const std::optional<Array>& scales) {
    if (weight.ndim() != 2) throw Error("A weight [outputs, inputs] was expected.");
    expect(bias, {weight.shape(0)});
    if (scales) expect(*scales, {weight.shape(0)});
    return {weight.data(), bias.data(), scales ? scales->data() : nullptr,
            static_cast<int>(weight.shape(1)), static_cast<int>(weight.shape(0))};
  }

  accel::Recurrent program_;
  std::mutex busy_;
  accel::Workspace workspace_;
  int examples_ = 0;
  std::vector<float> hidden_, made_;
};

}  // namespace

void bind_recurrent(py::module_& module) {
  py::class_<PyRecurrent>(module, "Recurrent")
      .def(py::init<const std::string&, int, int, bool, int, size_t>(), py::arg("kind"),
           py::arg("count"), py::arg("components"), py::arg("onehot"), py::arg("given"),
           py::arg("room"))
      .def("entry", &PyRecurrent::entry, py::arg("weight"), py::arg("bias"), py::arg("relu"))
      .def("cell", &PyRecurrent::cell, py::arg("weight_ih"), py::arg("weight_hh"),
           py::arg("bias_ih"), py::arg("bias_hh"), py::arg("scales_ih"), py::arg("scales_hh"),
           py::arg("source"))
      .def("head", &PyRecurrent::head, py::arg("weight"), py::arg("bias"), py::arg("scales"),
           py::arg("source"), py::arg("tanh"))
      .def("finish", &PyRecurrent::finish)
      .def("begin", &PyRecurrent::begin, py::arg("made"))
      .def("hear", &PyRecurrent::hear, py::arg("rows"))
      .def("outputs", &PyRecurrent::outputs, py::arg("inputs"))
      .def("generate", &PyRecurrent::generate, py::arg("given"), py::arg("noise"),
           py::arg("temperature"), py::arg("legacy"))
      .def_property_readonly("bytes", &PyRecurrent::bytes)
      .def_property_readonly("in_bytes", &PyRecurrent::in_bytes);
  module.def(
      "recurrent_room",
      [](int inputs, int outputs) { return accel::Matrix::room(inputs, outputs) + 64; },
      py::arg("inputs"), py::arg("outputs"));
}

}  // namespace nn
