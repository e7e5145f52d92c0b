// Where the certificate authorities are.
#pragma once

#include <filesystem>

#include "nn/hub.h"

namespace nn::net {

// The PEM file to trust, or an empty path where the operating system keeps them elsewhere (Windows,
// some builds of libcurl). An Error when a file asked for by name does not exist.
std::filesystem::path find_certificates(const HubConfig& config);

}  // namespace nn::net
