#include "net/certificates.h"

#include <curl/curl.h>

#include <cstdlib>

#include "net/text.h"

namespace nn::net {
namespace {

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

std::filesystem::path find_certificates(const HubConfig& config) {
  if (!config.ca_file.empty()) {
    if (is_file(config.ca_file)) return config.ca_file;
    throw Error("The certificate file " + show(config.ca_file) + " does not exist.");
  }
  for (const char* variable : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    if (is_file(value)) return value;
    throw Error("The certificate file " + show(value) + ", named by the environment variable " +
                variable + ", does not exist.");
  }
#if LIBCURL_VERSION_NUM >= 0x075400
  // What libcurl was built with counts only if it is there: a program moved from another Linux
  // keeps the path of the machine it was built on.
  const auto* built = curl_version_info(CURLVERSION_NOW);
  if (built->age >= CURLVERSION_ELEVENTH && built->cainfo != nullptr && is_file(built->cainfo)) {
    return built->cainfo;
  }
#endif
#ifndef _WIN32
  for (const char* place : {
           "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo
           "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
           "/etc/ssl/ca-bundle.pem",                             // openSUSE
           "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // newer RHEL
           "/etc/ssl/cert.pem",                                  // macOS, Alpine, BSD
       }) {
    if (is_file(place)) return place;
  }
#endif
  return {};
}

}  // namespace nn::net
