// patch_check [--external file]... [--path folder]... [--objects max_objects.json] file...
// patch_check --describe --external file
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "kernel.h"

namespace {

int usage() {
  std::fprintf(stderr,
               "usage: patch_check [--external file]... [--path folder]... [--objects file] "
               "file...\n       patch_check --describe --external file\n");
  return 2;
}

int check(const std::string& file) {
  const auto report = max_kernel::open_patch(file);
  for (const auto& e : report.errors)
    std::printf("%s: %s%s%s\n", e.file.c_str(), e.box.c_str(), e.box.empty() ? "" : ": ",
                e.text.c_str());
  for (const auto& line : max_kernel::take_console())
    if (line.kind == max_kernel::Line::error)
      std::printf("note: %s: console: %s\n", file.c_str(), line.text.c_str());
  return int(report.errors.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> externals, folders, files;
  std::string objects;
  bool describe = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--describe")
      describe = true;
    else if (word == "--external" && has_value)
      externals.push_back(argv[++i]);
    else if (word == "--path" && has_value)
      folders.push_back(argv[++i]);
    else if (word == "--objects" && has_value)
      objects = argv[++i];
    else if (word.compare(0, 2, "--") == 0)
      return usage();
    else
      files.push_back(word);
  }
  if (describe ? externals.empty() : files.empty()) return usage();
  int errors = 0;
  try {
    max_kernel::start();
    if (!objects.empty()) max_kernel::set_object_table(objects);
    for (const auto& external : externals) max_kernel::load_external(external);
    if (describe) std::printf("%s\n", max_kernel::describe_json().c_str());
    for (const auto& file : files) {
      for (const auto& folder : folders) max_kernel::add_search_path(folder);
      errors += check(file);
      max_kernel::reset();
    }
    max_kernel::stop();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "patch_check: %s\n", e.what());
    return 2;
  }
  // At once: an external may be reading a model, whose library must not be destroyed under it.
  std::fflush(nullptr);
  std::_Exit(errors ? 1 : 0);
}
