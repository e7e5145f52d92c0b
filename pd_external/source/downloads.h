// The model hub, for both our classes.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "nn/chores.h"
#include "nn/hub.h"
#include "object.h"

namespace pd {

class Downloads {
 public:
  // Jobs go to `chores`, which the owner polls; text goes to the owner's console.
  Downloads(Object& owner, nn::Chores& chores) : owner_(owner), chores_(chores) {}

  void list(std::function<void(const std::vector<nn::ModelCard>&)> then);
  // `atoms`: card [new name]. Checked here; throws nn::Error.
  void download(const Atoms& atoms, const std::filesystem::path& folder,
                std::function<void(const nn::DownloadResult&)> then);
  // `atoms`: a name or card. At once; throws nn::Error. Returns the path.
  std::filesystem::path remove(const Atoms& atoms, const std::filesystem::path& folder);

 private:
  Object& owner_;
  nn::Chores& chores_;
};

}  // namespace pd
