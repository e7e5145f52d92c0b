#include "net/part_record.h"

#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>

#include "net/text.h"

namespace nn::net {
namespace {

bool fits_a_header(const std::string& value) {
  if (value.size() > 1000) return false;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) return false;
  }
  return true;
}

}  // namespace

PartRecord record_of(const std::string& url, const Response& response) {
  PartRecord record{.url = url, .validator = {}, .total = response.length.value_or(0)};
  const bool strong = response.etag.size() > 2 && response.etag.starts_with('"');
  const std::string& mark = strong ? response.etag : response.modified;
  if (fits_a_header(mark)) record.validator = mark;
  return record;
}

std::optional<PartRecord> read_record(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(1 << 14, '\0');  // longer is not one of ours
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto field = [&](const char* key, auto kind) {
    return json.is_object() && json.contains(key) && (json[key].*kind)();
  };
  using Json = nlohmann::json;
  if (!field("url", &Json::is_string) || !field("validator", &Json::is_string) ||
      !field("total", &Json::is_number_unsigned)) {
    return std::nullopt;
  }
  PartRecord record{json["url"].get<std::string>(), json["validator"].get<std::string>(),
                    json["total"].get<std::uint64_t>()};
  if (!fits_a_header(record.validator)) return std::nullopt;
  return record;
}

void write_record(const std::filesystem::path& path, const PartRecord& record) {
  const nlohmann::json json = {
      {"url", record.url}, {"validator", record.validator}, {"total", record.total}};
  std::error_code ignored;
  std::filesystem::remove(path, ignored);  // never through a link that someone put there
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  // An ETag may hold bytes that are not UTF-8. A record that cannot be written only costs the
  // resuming.
  file << json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::optional<ByteRange> parse_content_range(std::string_view text) {
  constexpr std::string_view unit = "bytes ";
  if (!text.starts_with(unit)) return std::nullopt;
  const char* at = text.data() + unit.size();
  const char* const end = text.data() + text.size();
  ByteRange range;
  std::uint64_t last = 0;
  const auto number = [&](std::uint64_t& value, char next) {
    const auto parsed = std::from_chars(at, end, value);
    const bool fit = parsed.ec == std::errc{} &&
                     (next == '\0' ? parsed.ptr == end : parsed.ptr != end && *parsed.ptr == next);
    if (fit && next != '\0') at = parsed.ptr + 1;
    return fit;
  };
  if (!number(range.first, '-') || !number(last, '/') || last < range.first) return std::nullopt;
  if (at != end && *at == '*') return at + 1 == end ? std::optional(range) : std::nullopt;
  if (!number(range.total, '\0') || range.total <= last) return std::nullopt;
  return range;
}

}  // namespace nn::net
