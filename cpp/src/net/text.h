// Text from the network and from users: what may be a name, what may be shown.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace nn::net {

// Reads one code point at `at` and moves past it. Returns -1 for what is not well-formed UTF-8.
long next_code_point(std::string_view text, std::size_t& at);

// True for characters that print and take space: no controls, no direction marks, no zero widths.
bool is_visible(long code_point);

// `text` safe to show in a console: what is not visible becomes a space, the rest is cut at `limit`
// bytes.
std::string printable(std::string_view text, std::size_t limit = 4096);

// A path in UTF-8, for messages, on every platform.
std::string show(const std::filesystem::path& path);

// The name of the server in `https://server:port/…`, for messages.
std::string host_of(std::string_view url);

}  // namespace nn::net
