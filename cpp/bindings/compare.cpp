// A model plain and accelerated, side by side, for nn_tilde/compare.py. The GIL is free while a
// model loads or runs.
#include "nn/compare.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "../src/accel/machine_limits.h"
#include "nn/latency.h"
#include "values.h"

namespace py = pybind11;

namespace nn {
namespace {

using Unlocked = py::call_guard<py::gil_scoped_release>;

// The same file twice; both stay loaded for as long as this object lives.
struct Pair {
  Pair(const std::filesystem::path& path, const std::string& precision, double trial_limit) {
    LoadOptions load;
    load.trial_limit = trial_limit;
    load.precision = precision_from(precision);
    load.accelerate = false;
    plain = Model::load(path, load);
    load.accelerate = true;
    accelerated = Model::load(path, load);
  }
  int block(int request) const {
    const Contract& contract = plain->contract();
    return block_size(request, contract.ratios(), contract.metadata.block.value_or(4096)).block;
  }
  std::shared_ptr<const Model> plain, accelerated;
};

struct Run {
  Run(const Pair& pair, const std::string& method, int block, int batch, double warm_up_limit)
      : options(options_for(method, block, batch, warm_up_limit)),
        comparison(pair.plain, pair.accelerated, options),
        work(work_of(*pair.accelerated, options)) {}
  static EngineOptions options_for(const std::string& method, int block, int batch, double limit) {
    EngineOptions options;
    options.method = method;
    options.block = block;
    options.batch = batch;
    options.warm_up_limit = limit;
    return options;
  }
  EngineOptions options;
  Comparison comparison;
  Work work;
};

}  // namespace

void bind_compare(py::module_& module) {
  py::class_<Pair>(module, "Pair")
      .def(py::init<const std::filesystem::path&, const std::string&, double>(), py::arg("path"),
           py::kw_only(), py::arg("precision"), py::arg("trial_limit"), Unlocked())
      .def("block", &Pair::block)
      .def("contract", [](const Pair& self) { return to_python(self.plain->contract()); })
      .def_property_readonly("accelerated",
                             [](const Pair& self) { return self.accelerated->accelerated(); })
      .def_property_readonly("remark", [](const Pair& self) { return self.accelerated->remark(); });
  py::class_<Run>(module, "Comparison")
      .def(py::init<const Pair&, const std::string&, int, int, double>(), py::arg("pair"),
           py::kw_only(), py::arg("method"), py::arg("block"), py::arg("batch"),
           py::arg("warm_up_limit"), Unlocked())
      .def(
          "run", [](Run& self, int blocks) { self.comparison.run(blocks); }, Unlocked())
      .def_property_readonly("plain", [](const Run& self) { return self.comparison.plain(); })
      .def_property_readonly("accelerated", [](const Run& self) { return self.comparison.other(); })
      .def_property_readonly("error", [](const Run& self) { return self.comparison.error(); })
      .def_property_readonly("snr", [](const Run& self) { return self.comparison.snr(); })
      .def_property_readonly(
          "work", [](const Run& self) { return std::pair(self.work.bytes, self.work.operations); });
  module.def(
      "measure_limits",
      [] {
        const auto limits = accel::measure_limits();
        return std::pair(limits.bytes_per_second, limits.operations_per_second);
      },
      Unlocked());
}

}  // namespace nn
