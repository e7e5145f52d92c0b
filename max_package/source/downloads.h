// Models from the hub, into the package's folder and out of it, without holding Max up.
#pragma once

#include <functional>
#include <vector>

#include "nn/hub.h"
#include "object.h"

namespace maxmsp {

// All with the owner's lock held; what is given for later runs so too. Throws nn::Error for
// arguments that make no sense.
class Downloads {
 public:
  Downloads(Object& owner, nn::Chores& chores) : owner_(owner), chores_(chores) {}
  void list(std::function<void(const std::vector<nn::ModelCard>&)> then);
  void download(const Atoms& atoms, std::function<void(const nn::DownloadResult&)> then);
  std::filesystem::path remove(const Atoms& atoms);

 private:
  Object& owner_;
  nn::Chores& chores_;
};

}  // namespace maxmsp
