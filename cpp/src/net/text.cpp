#include "net/text.h"

namespace nn::net {

long next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at++);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  if (lead < 0xC2 || lead > 0xF4) return -1;
  long value = lead & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    if (at >= text.size() || (byte(at) & 0xC0) != 0x80) return -1;
    value = value << 6 | (byte(at++) & 0x3F);
  }
  // Longer than needed, half of a UTF-16 pair, or past the end of Unicode.
  const long smallest[] = {0, 0x80, 0x800, 0x10000};
  if (value < smallest[more] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return -1;
  return value;
}

bool is_visible(long c) {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return false;
  // Zero widths, direction marks, separators of lines, byte order mark, tags, non-characters.
  constexpr long hidden[][2] = {{0xAD, 0xAD},     {0x61C, 0x61C},   {0x180E, 0x180E},
                                {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},
                                {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF}};
  for (const auto& range : hidden) {
    if (c >= range[0] && c <= range[1]) return false;
  }
  return (c & 0xFFFE) != 0xFFFE;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const bool fit = is_visible(next_code_point(text, at));
    if (out.size() + (at - start) > limit) return out + "...";
    out += fit ? text.substr(start, at - start) : std::string_view(" ");
  }
  return out;
}

std::string show(const std::filesystem::path& path) {
  const auto text = path.u8string();
  return printable({reinterpret_cast<const char*>(text.data()), text.size()});
}

std::string host_of(std::string_view url) {
  const auto start = url.find("://");
  if (start == std::string_view::npos) return std::string(url);
  const auto rest = url.substr(start + 3);
  return std::string(rest.substr(0, rest.find('/')));
}

}  // namespace nn::net
