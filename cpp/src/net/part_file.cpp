#include "net/part_file.h"

#include <algorithm>
#include <system_error>
#include <vector>

#include "net/text.h"
#include "nn/error.h"

#ifdef _WIN32
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace nn::net {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& path, int code) {
  throw Error("The file " + show(path) + " cannot be " + what + " (" +
              printable(std::system_category().message(code)) + ").");
}

}  // namespace

#ifdef _WIN32

namespace {
HANDLE handle_of(std::intptr_t value) { return reinterpret_cast<HANDLE>(value); }
int last_error() { return static_cast<int>(GetLastError()); }
}  // namespace

// Sharing nothing is the lock: a second opening fails until this handle is closed.
std::unique_ptr<PartFile> PartFile::try_open(const std::filesystem::path& path) {
  const HANDLE handle = CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE | DELETE, 0, nullptr,
                                    OPEN_ALWAYS, FILE_ATTRIBUTE_HIDDEN, nullptr);
  if (handle == INVALID_HANDLE_VALUE) {
    if (GetLastError() == ERROR_SHARING_VIOLATION) return nullptr;
    fail("written", path, last_error());
  }
  return std::unique_ptr<PartFile>(new PartFile(path, reinterpret_cast<std::intptr_t>(handle)));
}

PartFile::~PartFile() { CloseHandle(handle_of(handle_)); }

std::uint64_t PartFile::size() const {
  LARGE_INTEGER size;
  if (!GetFileSizeEx(handle_of(handle_), &size)) fail("read", path_, last_error());
  return static_cast<std::uint64_t>(size.QuadPart);
}

void PartFile::clear() {
  LARGE_INTEGER start{};
  if (!SetFilePointerEx(handle_of(handle_), start, nullptr, FILE_BEGIN) ||
      !SetEndOfFile(handle_of(handle_))) {
    fail("written", path_, last_error());
  }
}

void PartFile::append(std::span<const char> bytes) {
  LARGE_INTEGER none{};
  bool done = SetFilePointerEx(handle_of(handle_), none, nullptr, FILE_END);
  while (done && !bytes.empty()) {
    DWORD written = 0;
    const auto count = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1 << 20));
    done = WriteFile(handle_of(handle_), bytes.data(), count, &written, nullptr) && written > 0;
    bytes = bytes.subspan(written);
  }
  if (!done) fail("written", path_, last_error());
}

std::size_t PartFile::read_at(std::uint64_t offset, std::span<char> out) const {
  LARGE_INTEGER at;
  at.QuadPart = static_cast<LONGLONG>(offset);
  DWORD read = 0;
  if (!SetFilePointerEx(handle_of(handle_), at, nullptr, FILE_BEGIN) ||
      !ReadFile(handle_of(handle_), out.data(), static_cast<DWORD>(out.size()), &read, nullptr)) {
    fail("read", path_, last_error());
  }
  return read;
}

// Renamed through the handle, so that nobody can open the part between closing and renaming.
void PartFile::publish(const std::filesystem::path& target) {
  const std::wstring name = target.native();
  std::vector<char> buffer(sizeof(FILE_RENAME_INFO) + name.size() * sizeof(wchar_t));
  auto* info = reinterpret_cast<FILE_RENAME_INFO*>(buffer.data());
  info->ReplaceIfExists = TRUE;
  info->RootDirectory = nullptr;
  info->FileNameLength = static_cast<DWORD>(name.size() * sizeof(wchar_t));
  std::copy(name.begin(), name.end(), info->FileName);
  if (!FlushFileBuffers(handle_of(handle_))) fail("written", path_, last_error());
  FILE_BASIC_INFO visible{};  // zero times mean "leave as they are"
  visible.FileAttributes = FILE_ATTRIBUTE_NORMAL;
  SetFileInformationByHandle(handle_of(handle_), FileBasicInfo, &visible, sizeof visible);
  if (!SetFileInformationByHandle(handle_of(handle_), FileRenameInfo, info,
                                  static_cast<DWORD>(buffer.size()))) {
    fail("written", target, last_error());
  }
}

void PartFile::discard() noexcept {
  gone_ = true;
  FILE_DISPOSITION_INFO info{TRUE};
  SetFileInformationByHandle(handle_of(handle_), FileDispositionInfo, &info, sizeof info);
}

#else

namespace {

int descriptor(std::intptr_t value) { return static_cast<int>(value); }

// Pushes the file to the disk itself; macOS needs its own call for that.
bool flush(int file) {
#ifdef F_FULLFSYNC
  if (fcntl(file, F_FULLFSYNC) == 0) return true;  // not supported on every volume
#endif
  int result;
  do result = fsync(file);
  while (result != 0 && errno == EINTR);
  return result == 0 || errno == EINVAL || errno == ENOTSUP;
}

}  // namespace

std::unique_ptr<PartFile> PartFile::try_open(const std::filesystem::path& path) {
  const int file =
      open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (file < 0) fail("written", path, errno);
  std::unique_ptr<PartFile> part(new PartFile(path, file));
  struct stat opened;
  struct stat named;
  if (fstat(file, &opened) != 0) fail("written", path, errno);
  if (!S_ISREG(opened.st_mode)) fail("written", path, EINVAL);
  int locked;
  do locked = flock(file, LOCK_EX | LOCK_NB);
  while (locked != 0 && errno == EINTR);
  if (locked != 0 && errno == EWOULDBLOCK) return nullptr;
  // Some network drives know no locks; there a download goes on without one.
  // Whoever held it may have renamed or deleted it since we opened it: then ours is a ghost.
  if (stat(path.c_str(), &named) != 0 || named.st_ino != opened.st_ino ||
      named.st_dev != opened.st_dev) {
    return nullptr;
  }
  return part;
}

PartFile::~PartFile() { close(descriptor(handle_)); }

std::uint64_t PartFile::size() const {
  struct stat status;
  if (fstat(descriptor(handle_), &status) != 0) fail("read", path_, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

void PartFile::clear() {
  int result;
  do result = ftruncate(descriptor(handle_), 0);
  while (result != 0 && errno == EINTR);
  if (result != 0) fail("written", path_, errno);
}

void PartFile::append(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor(handle_), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("written", path_, written < 0 ? errno : ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

std::size_t PartFile::read_at(std::uint64_t offset, std::span<char> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = pread(descriptor(handle_), out.data() + done, out.size() - done,
                              static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void PartFile::publish(const std::filesystem::path& target) {
  if (!flush(descriptor(handle_))) fail("written", path_, errno);
  if (rename(path_.c_str(), target.c_str()) != 0) fail("written", target, errno);
  // The new name is safe only once the folder is on disk too. Nothing is lost where that fails.
  const int folder = open(target.parent_path().c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (folder >= 0) {
    flush(folder);
    close(folder);
  }
}

void PartFile::discard() noexcept {
  // Once only: from then on the name may be somebody else's.
  if (!gone_) unlink(path_.c_str());
  gone_ = true;
}

#endif

}  // namespace nn::net
