// The model hub for Python. The GIL is free while the network works, and taken ten times a second
// to follow the progress and to notice Ctrl-C.
#include "nn/hub.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <optional>
#include <string>

namespace py = pybind11;

namespace nn {
namespace {

HubConfig config_of(const std::optional<std::string>& root, std::optional<double> timeout,
                    const std::optional<std::filesystem::path>& ca_file) {
  HubConfig config;
  if (root) config.root = *root;
  if (timeout) config.connect_timeout = config.stall_timeout = *timeout;
  if (ca_file) config.ca_file = *ca_file;
  return config;
}

// A Python exception raised in `progress`, or by Ctrl-C, travels through the request as
// py::error_already_set, which stops and cleans it up like any other failure.
HubControl follow(const py::object& progress) {
  HubControl control;
  control.progress = [&progress](std::uint64_t done, std::uint64_t total) {
    const py::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (progress.is_none()) return true;
    return !progress(done, total).is(py::bool_(false));  // so that a callback need return nothing
  };
  return control;
}

py::list hub_list(const std::optional<std::string>& root, std::optional<double> timeout,
                  const std::optional<std::filesystem::path>& ca_file) {
  const HubConfig config = config_of(root, timeout, ca_file);
  const py::object none = py::none();
  std::vector<ModelCard> cards;
  {
    const py::gil_scoped_release free;
    cards = list_models(config, follow(none));
  }
  py::list out;
  for (const ModelCard& card : cards) {
    py::dict entry;
    entry["card"] = card.str();
    entry["source"] = card.source;
    entry["type"] = card.type;
    entry["name"] = card.name;
    entry["info"] = card.info;
    out.append(entry);
  }
  return out;
}

py::dict hub_download(const std::string& card, const std::filesystem::path& directory,
                      const std::optional<std::string>& name,
                      const std::optional<std::string>& root, const py::object& progress,
                      bool overwrite, std::optional<double> timeout,
                      std::optional<double> total_timeout, std::optional<std::uint64_t> max_bytes,
                      const std::optional<std::filesystem::path>& ca_file) {
  HubConfig config = config_of(root, timeout, ca_file);
  if (total_timeout) config.total_timeout = *total_timeout;
  if (max_bytes) config.max_bytes = *max_bytes;
  // An empty name is a mistake of the caller, not a wish for the card's name.
  if (name) model_file_name(*name);
  const DownloadOptions options{name.value_or(""), overwrite, follow(progress)};
  DownloadResult result;
  {
    const py::gil_scoped_release free;
    result = download_model(config, card, directory, options);
  }
  py::dict out;
  out["path"] = result.path;
  out["already_there"] = result.already_there;
  out["bytes"] = result.bytes;
  out["resumed_from"] = result.resumed_from;
  return out;
}

}  // namespace

void bind_hub(py::module_& m) {
  m.def("hub_list", &hub_list, py::arg("root") = py::none(), py::arg("timeout") = py::none(),
        py::arg("ca_file") = py::none(),
        "Models of the hub: a list of {card, source, type, name, info}, sorted by card.\n\n"
        "root: address of the hub (default: NN_HUB_ROOT, or IRCAM's); timeout: seconds without\n"
        "an answer, or with nothing arriving; ca_file: certificate authorities (PEM).\n"
        "Raises Error with one sentence.");
  m.def("hub_download", &hub_download, py::arg("card"), py::arg("directory"),
        py::arg("name") = py::none(), py::arg("root") = py::none(),
        py::arg("progress") = py::none(), py::kw_only(), py::arg("overwrite") = false,
        py::arg("timeout") = py::none(), py::arg("total_timeout") = py::none(),
        py::arg("max_bytes") = py::none(), py::arg("ca_file") = py::none(),
        "Fetch the model `source/type/name` into `directory` as `<name>.ts`, resuming what an\n"
        "earlier call left. Returns {path, already_there, bytes, resumed_from}.\n\n"
        "progress(done, total): bytes, total 0 while unknown; about ten calls a second; False or\n"
        "an exception stops. overwrite: replace a file that is there. total_timeout: seconds,\n"
        "0 for none (default 6 hours). max_bytes: refuse larger (default 4 GiB).\n"
        "Raises Error with one sentence.");
  m.def(
      "hub_remove",
      [](const std::filesystem::path& directory, const std::string& name) {
        const py::gil_scoped_release free;
        return remove_model(directory, name);
      },
      py::arg("directory"), py::arg("name"),
      "Delete `<name>.ts` in `directory` (a plain file only) and return its path. `name` may be\n"
      "a card. Needs no network. Raises Error with one sentence.");
}

}  // namespace nn
