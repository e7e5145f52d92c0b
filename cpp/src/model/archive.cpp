#include "archive.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "nesting.h"
#include "nn/error.h"

namespace nn {
namespace {

// Sizes and offsets of PKWARE's APPNOTE, sections 4.3 and 4.5.
constexpr uint32_t kEnd = 0x06054b50, kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr uint32_t kCentral = 0x02014b50, kLocal = 0x04034b50;
constexpr int64_t kEndSize = 22, kLocatorSize = 20, kEnd64Size = 56, kCentralSize = 46,
                  kLocalSize = 30;
constexpr uint64_t kMostEntries = 1'000'000;
constexpr int64_t kLargestDirectory = int64_t{256} << 20;
constexpr int64_t kDeepest = 1000;  // nesting of code and structure; exporters stay below 100
constexpr uint64_t kLargestDeflated = uint64_t{256} << 20;  // code and lists; weights are stored

uint64_t little(const uint8_t* at, int bytes) {
  uint64_t value = 0;
  for (int i = bytes - 1; i >= 0; --i) value = value << 8 | at[i];
  return value;
}

// A path component "..".
bool leaves_folder(const std::string& name) {
  const std::string path = "/" + name + "/";
  return path.find("/../") != std::string::npos;
}

bool ends_with(const std::string& text, std::string_view tail) {
  return text.size() >= tail.size() &&
         text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

struct Entry {
  std::string name;
  uint64_t method, crc, packed, unpacked, header;
};

class Archive {
 public:
  Archive(const std::filesystem::path& path, int64_t largest)
      : path_(path), largest_(static_cast<uint64_t>(largest)) {
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) fail("does not exist");
    if (!std::filesystem::is_regular_file(path, failed)) fail("is not a file");
    file_.open(path, std::ios::binary);
    if (!file_) fail("cannot be opened; check its permissions");
    size_ = static_cast<int64_t>(std::filesystem::file_size(path, failed));
    if (size_ == 0) fail("is empty; an interrupted download, perhaps");
    if (size_ > largest) fail("is larger than the limit");
  }

  void check() {
    read_directory();
    uint64_t total = 0, end_of_last = 0;
    std::set<std::string> names;
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.header < b.header; });
    for (const Entry& entry : entries_) {
      if (entry.name.empty() || entry.name.front() == '/' || leaves_folder(entry.name) ||
          entry.name.find('\\') != std::string::npos || entry.name.find('\0') != std::string::npos)
        fail("has an entry with an unsafe name");
      if (!names.insert(entry.name).second) fail("has two entries called " + quoted(entry.name));
      total += entry.unpacked;
      if (entry.unpacked > largest_ || total > largest_) fail("unpacks to more than the limit");
      if (entry.header < end_of_last) fail("has entries that overlap");
      end_of_last = check_entry(entry);
    }
    if (end_of_last > directory_at_) fail("has an entry inside its directory");
    const auto has = [&](const std::string& tail) {
      return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        const auto slash = name.find('/');
        return slash != std::string::npos && name.compare(slash + 1, std::string::npos, tail) == 0;
      });
    };
    if (!has("data.pkl")) fail("is a zip archive, but not a TorchScript model");
    if (!has("constants.pkl"))
      fail("holds a checkpoint, not a TorchScript model; export it with torch.jit.save");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error("The model file " + quoted(path_.string()) + " " + what + ".");
  }
  static std::string quoted(const std::string& text) {
    std::string clean;
    for (const char c : text.substr(0, 200))
      clean += static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c;
    return "'" + clean + "'";
  }

  std::vector<uint8_t> bytes(uint64_t at, uint64_t count) {
    if (at > static_cast<uint64_t>(size_) || count > static_cast<uint64_t>(size_) - at)
      fail("is damaged: a part of it lies outside the file");
    std::vector<uint8_t> data(count);
    file_.seekg(static_cast<std::streamoff>(at));
    file_.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(count));
    if (!file_) fail("cannot be read to its end");
    return data;
  }

  void read_directory() {
    // The end record is the last 22 bytes. A comment might follow it, but no exporter writes one,
    // and in a comment another archive could hide: readers differ in which they take.
    if (size_ < kEndSize) fail("is not a model: it is no TorchScript archive");
    const int64_t end_at = size_ - kEndSize;
    const auto tail = bytes(static_cast<uint64_t>(end_at), kEndSize);
    const uint8_t* end = tail.data();
    if (little(end, 4) != kEnd || little(end + 20, 2) != 0) {
      const bool zip = little(bytes(0, 4).data(), 4) == kLocal;
      fail(zip ? "is incomplete: its end is missing (an interrupted download or copy?)"
               : "is not a model: it is no TorchScript archive");
    }
    uint64_t count = little(end + 10, 2), length = little(end + 12, 4), start = little(end + 16, 4);
    if (little(end + 4, 2) != 0 || little(end + 6, 2) != 0 || little(end + 8, 2) != count)
      fail("is a part of a split archive");
    int64_t directory_end = end_at;
    if (end_at >= kLocatorSize) {
      const auto locator = bytes(static_cast<uint64_t>(end_at - kLocatorSize), kLocatorSize);
      if (little(locator.data(), 4) == kLocator64) {
        const uint64_t at64 = little(locator.data() + 8, 8);
        const auto end64 = bytes(at64, kEnd64Size);
        if (little(end64.data(), 4) != kEnd64) fail("is damaged: its directory cannot be found");
        if (static_cast<int64_t>(at64) + kEnd64Size != end_at - kLocatorSize ||
            little(end64.data() + 4, 8) != static_cast<uint64_t>(kEnd64Size) - 12)
          fail("is damaged: its directory is not where it should be");
        count = little(end64.data() + 32, 8);
        length = little(end64.data() + 40, 8);
        start = little(end64.data() + 48, 8);
        directory_end = static_cast<int64_t>(at64);
      }
    }
    if (count > kMostEntries || length > static_cast<uint64_t>(kLargestDirectory))
      fail("has a directory larger than any model's");
    const auto directory = bytes(start, length);
    if (start + length != static_cast<uint64_t>(directory_end))
      fail("is damaged: its directory is not where it should be");
    directory_at_ = start;
    size_t cursor = 0;
    for (uint64_t i = 0; i < count; ++i) cursor = read_entry(directory, cursor);
    if (cursor != directory.size()) fail("is damaged: its directory does not add up");
  }

  size_t read_entry(const std::vector<uint8_t>& directory, size_t cursor) {
    if (directory.size() - cursor < static_cast<size_t>(kCentralSize) ||
        little(&directory[cursor], 4) != kCentral)
      fail("is damaged: its directory is broken");
    const uint8_t* at = &directory[cursor];
    const uint64_t flags = little(at + 8, 2);
    const size_t name = little(at + 28, 2), extra = little(at + 30, 2), note = little(at + 32, 2);
    const size_t whole = static_cast<size_t>(kCentralSize) + name + extra + note;
    if (directory.size() - cursor < whole) fail("is damaged: its directory is broken");
    if (flags & 1) fail("has encrypted entries");
    Entry entry{std::string(reinterpret_cast<const char*>(at) + kCentralSize, name),
                little(at + 10, 2),
                little(at + 16, 4),
                little(at + 20, 4),
                little(at + 24, 4),
                little(at + 42, 4)};
    read_zip64(at + kCentralSize + name, extra, entry);
    if (entry.method != 0 && entry.method != 8) fail("is packed in an unknown way");
    entries_.push_back(std::move(entry));
    return cursor + whole;
  }

  // Extra field 1 holds the 64-bit values of those 32-bit ones that are all ones.
  void read_zip64(const uint8_t* extra, size_t size, Entry& entry) {
    constexpr uint64_t ones = 0xffffffff;
    for (size_t at = 0; at + 4 <= size;) {
      const uint64_t id = little(extra + at, 2), length = little(extra + at + 2, 2);
      if (at + 4 + length > size) fail("is damaged: its directory is broken");
      if (id == 1) {
        size_t field = at + 4;
        for (uint64_t* value : {&entry.unpacked, &entry.packed, &entry.header})
          if (*value == ones) {
            if (field + 8 > at + 4 + length) fail("is damaged: its directory is broken");
            *value = little(extra + field, 8);
            field += 8;
          }
      }
      at += 4 + length;
    }
  }

  // Returns where the entry's data end.
  uint64_t check_entry(const Entry& entry) {
    const auto local = bytes(entry.header, kLocalSize);
    const uint64_t name = little(&local[26], 2), extra = little(&local[28], 2);
    if (little(local.data(), 4) != kLocal || little(&local[8], 2) != entry.method)
      fail("is damaged at " + quoted(entry.name));
    const auto local_name = bytes(entry.header + kLocalSize, name);
    if (std::string(local_name.begin(), local_name.end()) != entry.name)
      fail("names " + quoted(entry.name) + " differently in two places");
    const uint64_t data = entry.header + kLocalSize + name + extra;
    if (entry.packed > static_cast<uint64_t>(size_) ||
        data + entry.packed > static_cast<uint64_t>(size_))
      fail("is incomplete: " + quoted(entry.name) + " is cut off");
    if (entry.method == 0 && entry.packed != entry.unpacked)
      fail("is damaged at " + quoted(entry.name));
    // Code and structure are looked into; weights are only summed up.
    const bool code = ends_with(entry.name, ".py"), pickle = ends_with(entry.name, ".pkl");
    std::vector<uint8_t> content;
    if (entry.method == 8)
      content = inflated(data, entry);
    else if (code || pickle)
      content = bytes(data, entry.packed);
    const uint64_t crc =
        entry.method == 0 && !code && !pickle
            ? stored_crc(data, entry)
            : crc32(crc32(0, nullptr, 0), content.data(), static_cast<uInt>(content.size()));
    if (crc != entry.crc)
      fail("is damaged: the checksum of " + quoted(entry.name) +
           " is wrong; download or export it again");
    const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    if ((code && code_nesting(text) > kDeepest) || (pickle && pickle_nesting(text) > kDeepest))
      fail("nests " + quoted(entry.name) + " deeper than any model does");
    return data + entry.packed;
  }

  uint64_t stored_crc(uint64_t at, const Entry& entry) {
    uLong crc = crc32(0, nullptr, 0);
    for (uint64_t left = entry.packed; left > 0;) {
      const uint64_t count = std::min<uint64_t>(left, 1 << 20);
      const auto part = bytes(at, count);
      crc = crc32(crc, part.data(), static_cast<uInt>(count));
      at += count;
      left -= count;
    }
    return crc;
  }

  std::vector<uint8_t> inflated(uint64_t at, const Entry& entry) {
    if (entry.unpacked > kLargestDeflated) fail("unpacks to more than the limit");
    const auto packed = bytes(at, entry.packed);
    std::vector<uint8_t> unpacked(entry.unpacked + 1);  // one spare byte tells "longer than said"
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) fail("cannot be unpacked");
    stream.next_in = const_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = unpacked.data();
    stream.avail_out = static_cast<uInt>(unpacked.size());
    const int status = inflate(&stream, Z_FINISH);
    const bool whole =
        status == Z_STREAM_END && stream.total_out == entry.unpacked && stream.avail_in == 0;
    inflateEnd(&stream);
    if (!whole) fail("is damaged: " + quoted(entry.name) + " cannot be unpacked");
    unpacked.pop_back();
    return unpacked;
  }

  std::filesystem::path path_;
  uint64_t largest_;
  std::ifstream file_;
  int64_t size_ = 0;
  uint64_t directory_at_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace

void check_archive(const std::filesystem::path& path, int64_t largest) {
  Archive(path, largest).check();
}

}  // namespace nn
