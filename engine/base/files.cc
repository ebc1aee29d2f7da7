#include "base/files.h"

#include <fcntl.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/check.h"
#include "base/digits.h"

namespace coffer {
namespace {

Error failed(Literal text) { return Error(ErrorCode::io, text).with_errno(errno); }

Result<void> write_and_rename(int fd, ByteView content, const std::string& from,
                              const std::string& to) {
  COFFER_TRY(write_fully(fd, content, 0));
  if (::fsync(fd) != 0) return failed("the file cannot be synced");
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("the file cannot be replaced");
  return {};
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ < 0) return;
  const int kept = errno;
  ::close(fd_);
  errno = kept;
}

Result<void> read_fully(int fd, MutableByteView out, std::uint64_t offset) {
  while (!out.empty()) {
    const ssize_t got = ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("the file cannot be read");
    if (got == 0)
      return Error(ErrorCode::corrupt, "the file is too short", "restore it from a copy");
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<void> write_fully(int fd, ByteView bytes, std::uint64_t offset) {
  COFFER_CHECK(fd >= 0);
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put == 0) errno = EIO;
    if (put <= 0) return failed("the file cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::string> name_beside(const std::string& path, std::string_view tag) {
  std::array<std::uint8_t, 8> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    return failed("the system returned no random numbers");
  return path + std::string(tag) + hex(random);
}

Result<void> sync_path(const std::string& path, int flags) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  if (!file.ok()) return failed("cannot be opened for syncing").about(Subject::Kind::file, path);
  if (::fsync(file.get()) != 0) return failed("cannot be synced").about(Subject::Kind::file, path);
  return {};
}

Result<void> sync_file_and_parent(int fd, const std::string& path) {
  if (::fsync(fd) != 0) return failed("the file cannot be synced");
  return sync_path(parent_of(path), O_DIRECTORY);
}

Result<void> replace_whole(const std::string& path, ByteView content) {
  COFFER_CHECK(!path.empty());
  const std::string fresh = COFFER_TRY(name_beside(path, ".new-"));
  const FileDescriptor file(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.ok()) return failed("the file cannot be written");
  auto replaced = write_and_rename(file.get(), content, fresh, path);
  if (!replaced) {
    ::unlink(fresh.c_str());
    return replaced;
  }
  return sync_file_and_parent(file.get(), path);
}

}  // namespace coffer
