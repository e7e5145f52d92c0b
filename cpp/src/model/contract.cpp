// Looking things up in a contract. No torch here.
#include "nn/contract.h"

#include <algorithm>

namespace nn {

const Method* Contract::method(const std::string& name) const noexcept {
  const auto at =
      std::find_if(methods.begin(), methods.end(), [&](const Method& m) { return m.name == name; });
  return at == methods.end() ? nullptr : &*at;
}

const Attribute* Contract::attribute(const std::string& name) const noexcept {
  const auto at = std::find_if(attributes.begin(), attributes.end(),
                               [&](const Attribute& a) { return a.name == name; });
  return at == attributes.end() ? nullptr : &*at;
}

std::vector<int> Contract::ratios() const {
  std::vector<int> all;
  for (const Method& m : methods) all.insert(all.end(), {m.in_ratio, m.out_ratio});
  return all;
}

int Contract::highest_ratio() const {
  const auto all = ratios();
  return all.empty() ? 1 : *std::max_element(all.begin(), all.end());
}

}  // namespace nn
