// nn_tilde._core: the host as Python sees it. Arrays are float32 [rows, samples], rows = channel ·
// batch + example; nn_tilde/host.py checks shapes and says so nicely. The GIL is released wherever
// a model is loaded or run.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <atomic>

#include "../src/rt/parting.h"
#include "nn/bench.h"
#include "nn/error.h"
#include "nn/host.h"
#include "nn/offline.h"
#include "values.h"

namespace py = pybind11;

namespace nn {

void bind_hub(py::module_& module);
void bind_compare(py::module_& module);
void bind_recurrent(py::module_& module);

namespace {

using Rows = py::array_t<float, py::array::c_style>;
using Unlocked = py::call_guard<py::gil_scoped_release>;

std::vector<const float*> read_rows(const Rows& array, int rows) {
  if (array.ndim() != 2 || array.shape(0) != rows)
    throw Error("An array of " + std::to_string(rows) + " rows was expected.");
  std::vector<const float*> pointers;
  for (py::ssize_t row = 0; row < array.shape(0); ++row) pointers.push_back(array.data(row, 0));
  return pointers;
}

std::vector<float*> write_rows(Rows& array) {
  std::vector<float*> pointers;
  for (py::ssize_t row = 0; row < array.shape(0); ++row)
    pointers.push_back(array.mutable_data(row, 0));
  return pointers;
}

Late late_from(const std::string& name) {
  if (name == "silence") return Late::silence;
  if (name == "hold") return Late::hold;
  if (name == "bypass") return Late::bypass;
  throw Error("Late blocks are met with silence, hold or bypass, not '" + name + "'.");
}

Values values_from(const Contract& contract, const std::string& name, const py::args& given,
                   int sample_rate) {
  const Attribute* attribute = contract.attribute(name);
  Values values;
  for (size_t i = 0; i < given.size(); ++i) {
    const bool known = attribute && i < attribute->types.size();
    values.push_back(
        from_python(given[i], known ? attribute->types[i] : Type::string, name, sample_rate));
  }
  return values;
}

py::list list_from(const Values& values) {
  py::list all;
  for (const Value& value : values) all.append(to_python(value));
  return all;
}

// How a model is loaded; what is not given is as the environment says.
template <typename Options>
void set_acceleration(Options& options, std::optional<bool> accelerate,
                      const std::optional<std::string>& precision) {
  if (accelerate) options.accelerate = *accelerate;
  if (precision) options.precision = precision_from(*precision);
}

int checked_threads(int threads) {
  if (threads != 1 && threads != 2)
    throw Error("A model computes on 1 or 2 threads, not " + std::to_string(threads) + ".");
  return threads;
}

// Audio has one thread. Two that come at once are told, instead of tearing the stream apart.
class OneAtATime {
 public:
  explicit OneAtATime(std::atomic<bool>& busy) : busy_(busy) {
    if (busy_.exchange(true))
      throw Error("Another thread is processing audio through this object; use one object each.");
  }
  ~OneAtATime() { busy_.store(false); }
  OneAtATime(const OneAtATime&) = delete;
  OneAtATime& operator=(const OneAtATime&) = delete;

 private:
  std::atomic<bool>& busy_;
};

// Keeps a live host and what its methods need to know of it.
class PyHost {
 public:
  PyHost(const std::filesystem::path& path, const HostOptions& options)
      : sample_rate_(static_cast<int>(options.sample_rate)),
        vector_(options.vector),
        host_(path, options) {}

  Rows process(const Rows& in) {
    const auto from = read_rows(in, host_.inputs());
    Rows out({static_cast<py::ssize_t>(host_.outputs()), in.shape(1)});
    const auto to = write_rows(out);
    const auto n = in.shape(1);
    const OneAtATime guard(busy_);
    const py::gil_scoped_release release;
    std::vector<const float*> from_at(from);
    std::vector<float*> to_at(to);
    for (py::ssize_t offset = 0; offset < n; offset += vector_) {
      for (size_t c = 0; c < from.size(); ++c) from_at[c] = from[c] + offset;
      for (size_t c = 0; c < to.size(); ++c) to_at[c] = to[c] + offset;
      const auto count = std::min<py::ssize_t>(n - offset, vector_);
      host_.process(from_at.data(), to_at.data(), static_cast<int>(count));
    }
    return out;
  }
  void set(const std::string& name, const py::args& given) {
    auto values = values_from(host_.model()->contract(), name, given, sample_rate_);
    const py::gil_scoped_release release;
    host_.set(name, std::move(values));
  }
  py::list get(const std::string& name) {
    Values values;
    {
      const py::gil_scoped_release release;
      values = host_.get(name, true);
    }
    return list_from(values);
  }
  py::dict stats(bool reset) {
    const Stats s = [&] {
      const py::gil_scoped_release release;
      return host_.stats(reset);
    }();
    py::dict all;
    all["blocks"] = s.blocks;
    all["misses"] = s.misses;
    all["dropped"] = s.dropped;
    all["errors"] = s.errors;
    all["waits"] = s.waits;
    all["load_mean"] = s.load_mean;
    all["load_peak"] = s.load_peak;
    return all;
  }
  void set_buffer(const std::string& key, py::handle data, int sample_rate) {
    auto buffer = buffer_from_python(data, sample_rate);
    const py::gil_scoped_release release;
    host_.set_buffer(key, std::move(buffer));
  }
  void set_sample_rate(double sample_rate) {
    check_sample_rate(sample_rate);
    sample_rate_ = static_cast<int>(sample_rate);
    host_.set_sample_rate(sample_rate);
  }
  Host<float>& host() { return host_; }

 private:
  int sample_rate_;
  int vector_;  // samples per callback: longer arrays go in in several
  std::atomic<bool> busy_{false};
  Host<float> host_;
};

// One offline rendering: a fresh state, process() any number of times, finish() until it is empty.
class PyRenderer {
 public:
  PyRenderer(const std::shared_ptr<const Model>& model, const std::string& method, int block,
             int batch, double sample_rate, double warm_up_limit, int threads)
      : sample_rate_(static_cast<int>(sample_rate)) {
    EngineOptions options;
    options.warm_up_limit = warm_up_limit;
    options.method = method;
    const auto standard = model->contract().metadata.block.value_or(4096);
    options.block = block_size(block, model->contract().ratios(), standard).block;
    options.batch = batch;
    options.sample_rate = sample_rate;
    options.threads = threads;
    engine_ = ModelEngine::make(model, options);
    const Method* known = model->contract().method(method);
    rows_in_ = known->in_channels * batch;
    rows_out_ = known->out_channels * batch;
    offline_ = std::make_unique<Offline>(engine_, options.block, rows_in_, rows_out_, sample_rate,
                                         known->delay);
  }

  void set(const std::string& name, const py::args& given) {
    const OneAtATime guard(busy_);
    engine_->set_attribute(name,
                           values_from(engine_->model().contract(), name, given, sample_rate_));
  }
  void set_buffer(const std::string& key, py::handle data, int sample_rate) {
    const OneAtATime guard(busy_);
    engine_->set_buffer(key, buffer_from_python(data, sample_rate));
  }
  void clear_buffer(const std::string& key) {
    const OneAtATime guard(busy_);
    engine_->clear_buffer(key);
  }
  py::list get(const std::string& name) {
    const OneAtATime guard(busy_);
    engine_->refresh(name);
    return list_from(engine_->attribute(name));
  }
  // Fills `out`, which has as many samples as `in`; returns how many were written.
  int64_t process(const Rows& in, Rows& out) {
    const auto from = read_rows(in, rows_in_);
    read_rows(out, rows_out_);
    const auto to = write_rows(out);
    const auto n = std::min(in.shape(1), out.shape(1));
    const OneAtATime guard(busy_);
    const py::gil_scoped_release release;
    return offline_->process(from.data(), to.data(), n);
  }
  int64_t finish(Rows& out) {
    read_rows(out, rows_out_);
    const auto to = write_rows(out);
    const auto room = out.shape(1);
    const OneAtATime guard(busy_);
    const py::gil_scoped_release release;
    return offline_->finish(to.data(), room);
  }
  std::optional<std::string> message() { return offline_->stream().next_message(); }
  // Blocks the model was given, and those of them that failed.
  std::pair<int64_t, int64_t> blocks() {
    const Stats s = offline_->stream().stats();
    return {s.blocks, s.errors};
  }
  int rows_in() const { return rows_in_; }
  int rows_out() const { return rows_out_; }
  int block() const { return engine_->options().block; }

 private:
  int sample_rate_, rows_in_ = 0, rows_out_ = 0;
  std::atomic<bool> busy_{false};
  std::shared_ptr<ModelEngine> engine_;
  std::unique_ptr<Offline> offline_;
};

void bind_host(py::module_& module) {
  py::class_<PyHost>(module, "Host")
      .def(
          py::init([](const std::filesystem::path& path, const std::string& method, int block,
                      bool threaded, int vector, bool vector_varies, bool tight, double sample_rate,
                      int batch, const std::string& late, bool offline, const std::string& device,
                      double warm_up_limit, std::optional<bool> accelerate,
                      std::optional<std::string> precision, int threads) {
            HostOptions options;
            set_acceleration(options, accelerate, precision);
            options.threads = checked_threads(threads);
            options.method = method;
            options.block = block;
            options.threaded = threaded;
            options.vector = vector;
            options.vector_varies = vector_varies;
            options.tight = tight;
            options.sample_rate = sample_rate;
            options.batch = batch;
            options.late = late_from(late);
            options.offline = offline;
            options.device = device;
            options.warm_up_limit = warm_up_limit;
            options.live = threaded;
            const py::gil_scoped_release release;
            return std::make_unique<PyHost>(path, options);
          }),
          py::arg("path"), py::kw_only(), py::arg("method"), py::arg("block"), py::arg("threaded"),
          py::arg("vector"), py::arg("vector_varies"), py::arg("tight"), py::arg("sample_rate"),
          py::arg("batch"), py::arg("late"), py::arg("offline"), py::arg("device"),
          py::arg("warm_up_limit"), py::arg("accelerate"), py::arg("precision"),
          py::arg("threads") = 1)
      .def("process", &PyHost::process)
      .def("set", &PyHost::set)
      .def("get", &PyHost::get)
      .def("set_buffer", &PyHost::set_buffer)
      .def(
          "clear_buffer",
          [](PyHost& self, const std::string& key) { self.host().clear_buffer(key); }, Unlocked())
      .def(
          "set_method", [](PyHost& self, const std::string& m) { self.host().set_method(m); },
          Unlocked())
      .def(
          "load",
          [](PyHost& self, const std::filesystem::path& path, const std::string& method) {
            self.host().load(path, method);
          },
          Unlocked())
      .def(
          "reload", [](PyHost& self) { self.host().reload(); }, Unlocked())
      .def(
          "set_acceleration",
          [](PyHost& self, std::optional<bool> accelerate, std::optional<std::string> precision,
             std::optional<int> threads) {
            self.host().remake([&](HostOptions& options) {
              set_acceleration(options, accelerate, precision);
              if (threads) options.threads = checked_threads(*threads);
            });
          },
          py::kw_only(), py::arg("accelerate") = py::none(), py::arg("precision") = py::none(),
          py::arg("threads") = py::none(), Unlocked())
      .def(
          "reset", [](PyHost& self) { self.host().reset(); }, Unlocked())
      .def(
          "enable", [](PyHost& self, bool on) { self.host().enable(on); }, Unlocked())
      .def(
          "set_late",
          [](PyHost& self, const std::string& late) { self.host().set_late(late_from(late)); },
          Unlocked())
      .def("set_sample_rate", &PyHost::set_sample_rate, Unlocked())
      .def("stats", &PyHost::stats, py::arg("reset") = false)
      .def(
          "next_message", [](PyHost& self) { return self.host().next_message(); }, Unlocked())
      .def("contract", [](PyHost& self) { return to_python(self.host().model()->contract()); })
      .def_property_readonly("path", [](PyHost& self) { return self.host().model()->path(); })
      .def_property_readonly("device", [](PyHost& self) { return self.host().model()->device(); })
      .def_property_readonly(
          "accelerate",
          py::cpp_function([](PyHost& self) { return self.host().options().accelerate; },
                           Unlocked()))
      .def_property_readonly(
          "precision",
          py::cpp_function(
              [](PyHost& self) { return std::string(name_of(self.host().options().precision)); },
              Unlocked()))
      .def_property_readonly(
          "threads",
          py::cpp_function([](PyHost& self) { return self.host().options().threads; }, Unlocked()))
      .def_property_readonly(
          "accelerated",
          py::cpp_function([](PyHost& self) { return self.host().model()->accelerated(); },
                           Unlocked()))
      .def_property_readonly("acceleration_remark",
                             py::cpp_function(
                                 [](PyHost& self) {
                                   const auto& remark = self.host().model()->remark();
                                   const auto& other = acceleration_defaults().remark;
                                   return remark + (remark.empty() || other.empty() ? "" : "\n") +
                                          other;
                                 },
                                 Unlocked()))
      .def_property_readonly(
          "method", py::cpp_function([](PyHost& self) { return self.host().method(); }, Unlocked()))
      .def_property_readonly(
          "block", py::cpp_function([](PyHost& self) { return self.host().block(); }, Unlocked()))
      .def_property_readonly(
          "latency",
          py::cpp_function([](PyHost& self) { return self.host().latency(); }, Unlocked()))
      .def_property_readonly(
          "remarks",
          py::cpp_function([](PyHost& self) { return self.host().remarks(); }, Unlocked()))
      .def_property_readonly("rows_in", [](PyHost& self) { return self.host().inputs(); })
      .def_property_readonly("rows_out", [](PyHost& self) { return self.host().outputs(); });

  py::class_<PyRenderer>(module, "Renderer")
      .def(py::init([](PyHost& host, const std::string& method, int block, int batch,
                       double sample_rate, double warm_up_limit) {
             return std::make_unique<PyRenderer>(host.host().model(), method, block, batch,
                                                 sample_rate, warm_up_limit,
                                                 host.host().options().threads);
           }),
           py::arg("host"), py::kw_only(), py::arg("method"), py::arg("block"), py::arg("batch"),
           py::arg("sample_rate"), py::arg("warm_up_limit"), Unlocked())
      .def("set", &PyRenderer::set)
      .def("set_buffer", &PyRenderer::set_buffer)
      .def("clear_buffer", &PyRenderer::clear_buffer)
      .def("get", &PyRenderer::get)
      .def("process", &PyRenderer::process)
      .def("finish", &PyRenderer::finish)
      .def("next_message", &PyRenderer::message)
      .def("blocks", &PyRenderer::blocks)
      .def_property_readonly("block", &PyRenderer::block)
      .def_property_readonly("rows_in", &PyRenderer::rows_in)
      .def_property_readonly("rows_out", &PyRenderer::rows_out);
}

}  // namespace
}  // namespace nn

PYBIND11_MODULE(_core, module) {
  module.doc() = "The C++ host of nn~ models; use nn_tilde.Host.";
  py::register_exception<nn::Error>(module, "Error", PyExc_RuntimeError);
  nn::bind_host(module);
  nn::bind_hub(module);
  nn::bind_compare(module);
  nn::bind_recurrent(module);
  module.def(
      "inspect",
      [](const std::filesystem::path& path, const std::string& device) {
        std::shared_ptr<const nn::Model> model;
        {
          const py::gil_scoped_release release;
          nn::LoadOptions load;
          load.device = device;
          load.accelerate = false;  // it is not going to play
          model = nn::Model::load(path, load);
        }
        return nn::to_python(model->contract());
      },
      py::arg("path"), py::arg("device") = "cpu");
  module.def(
      "bench",
      [](const std::filesystem::path& path, const std::string& method, int block, int vector,
         int batch, int blocks, const std::string& device, std::optional<bool> accelerate,
         std::optional<std::string> precision, int threads) {
        nn::LoadOptions load;
        load.device = device;
        nn::set_acceleration(load, accelerate, precision);
        const auto b = nn::bench(path, method, block, vector, batch, blocks, load,
                                 nn::checked_threads(threads));
        return std::pair(b.host, b.bare);
      },
      py::arg("path"), py::kw_only(), py::arg("method"), py::arg("block"), py::arg("vector"),
      py::arg("batch"), py::arg("blocks"), py::arg("device"), py::arg("accelerate") = py::none(),
      py::arg("precision") = py::none(), py::arg("threads") = 1, nn::Unlocked());
  module.def("threads", [] { return nn::torch_pool()->threads(); });
  // By then, everything that a running model may use has been created.
  py::module_::import("atexit").attr("register")(
      py::cpp_function([] { nn::part_without_crash(); }));
  module.attr("OMITTED") = nn::kBlockOmitted;
  module.attr("LARGEST_VECTOR") = nn::Stream::kLargestVector;
}
