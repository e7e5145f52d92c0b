#include "net/archive_end.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace nn::net {
namespace {

// Little-endian number of `count` bytes.
std::uint64_t number(std::string_view bytes, std::size_t at, int count) {
  std::uint64_t value = 0;
  for (int i = count - 1; i >= 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  }
  return value;
}

}  // namespace

bool is_whole_archive(const PartFile& file) {
  constexpr std::size_t record = 22;  // end of central directory (APPNOTE 4.3.16)
  constexpr std::uint64_t in_zip64 = 0xFFFFFFFF;
  const std::uint64_t size = file.size();
  char head[4];
  if (size < record || file.read_at(0, head) != 4) return false;
  if (std::string_view(head, 4) != std::string_view("PK\3\4", 4)) return false;
  std::vector<char> tail(std::min<std::uint64_t>(size, record + 0xFFFF));  // longest comment
  const std::uint64_t start = size - tail.size();
  if (file.read_at(start, tail) != tail.size()) return false;
  const std::string_view text(tail.data(), tail.size());
  for (auto at = text.rfind("PK\5\6"); at != text.npos;
       at = at > 0 ? text.rfind("PK\5\6", at - 1) : text.npos) {
    if (at + record > text.size() || at + record + number(text, at + 20, 2) != text.size())
      continue;
    const auto directory_size = number(text, at + 12, 4);
    const auto directory_start = number(text, at + 16, 4);
    if (directory_start == in_zip64 || directory_size == in_zip64) return true;
    return directory_start + directory_size <= start + at;
  }
  return false;
}

}  // namespace nn::net
