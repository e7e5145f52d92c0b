// One HTTP GET. Every rule about connections that the hub keeps is kept here: certificates
// checked, no step down from https, time limits, a caller who can stop at any moment.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nn/hub.h"

namespace nn::net {

struct Request {
  std::string url;
  std::string range;                 // e.g. "1000-" for all but the first 1000 bytes; empty: all
  std::vector<std::string> headers;  // "Name: value"
};

// Headers of the last answer, after redirects.
struct Response {
  long status = 0;
  std::optional<std::uint64_t> length;      // of this body
  std::string type, range, etag, modified;  // type in lower case
};

// All run on the thread that calls fetch. What they throw comes out of fetch.
struct Listener {
  std::function<bool(const Response&)> on_response;  // once; false: leave the body, end here
  std::function<void(std::span<const char>)> on_body;
  std::function<void()> on_turn;  // at least every 0.05 s
};

// True when the whole body was delivered, false when on_response ended it. Any HTTP status is the
// listener's to judge; everything below HTTP that fails is an Error.
bool fetch(const HubConfig& config, const Request& request, const Listener& listener);

}  // namespace nn::net
