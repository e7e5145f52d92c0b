// What must be remembered beside a part file to resume it: where it comes from, and the mark by
// which the server tells one version of its file from the next.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "net/fetch.h"

namespace nn::net {

struct PartRecord {
  std::string url;
  std::string validator;    // ETag, or else Last-Modified; empty: the part cannot be resumed
  std::uint64_t total = 0;  // bytes of the whole file, 0 while unknown
};

// The record of an answer that carries a whole file. Only a strong ETag vouches for single bytes
// (RFC 9110 §13.1.5).
PartRecord record_of(const std::string& url, const Response& response);

// Nothing when the file is missing, damaged or unfit to be sent back to a server.
std::optional<PartRecord> read_record(const std::filesystem::path& path);
void write_record(const std::filesystem::path& path, const PartRecord& record);

// `bytes 100-199/200` → first 100, total 200 (0 for `*`). Nothing for any other form.
struct ByteRange {
  std::uint64_t first = 0, total = 0;
};
std::optional<ByteRange> parse_content_range(std::string_view text);

}  // namespace nn::net
