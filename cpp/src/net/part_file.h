// The file a download grows in, before it becomes a model. Holding one is holding the right to
// write it: the operating system lets one holder in at a time, across threads and programs, and
// lets the next one in when a program dies. All that differs between platforms is behind this
// class.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace nn::net {

class PartFile {
 public:
  // Opens or creates `path`. Null while someone else holds it; an Error when the disk refuses.
  static std::unique_ptr<PartFile> try_open(const std::filesystem::path& path);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  std::uint64_t size() const;
  void clear();
  void append(std::span<const char> bytes);
  // Bytes read into `out`, fewer than asked only at the end of the file.
  std::size_t read_at(std::uint64_t offset, std::span<char> out) const;
  // Makes the content safe on disk, then gives it the name `target` in one step. Call once, last.
  void publish(const std::filesystem::path& target);
  // Deletes the file; `gone` from then on.
  void discard() noexcept;
  bool gone() const { return gone_; }

 private:
  PartFile(std::filesystem::path path, std::intptr_t handle)
      : path_(std::move(path)), handle_(handle) {}

  std::filesystem::path path_;
  bool gone_ = false;
  std::intptr_t handle_;  // file descriptor, or HANDLE on Windows
};

}  // namespace nn::net
