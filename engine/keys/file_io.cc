#include "keys/file_io.h"

#include <fcntl.h>

#include <cerrno>

namespace coffer::keys {

Result<SecretBytes> read_secret(int fd, std::size_t bytes_max) {
  SecretBytes content(bytes_max + 1);
  std::size_t size = 0;
  while (size <= bytes_max) {
    const ssize_t got = ::read(fd, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{ErrorCode::io, "the file cannot be read"}.with_errno(errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > bytes_max) return Error{ErrorCode::limit, "the file is too long"};
  content.resize(size);
  return content;
}

Result<void> read_fully(int fd, MutableByteView out, std::uint64_t offset) {
  while (!out.empty()) {
    const ssize_t got = ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{ErrorCode::io, "the keyring cannot be read"}.with_errno(errno);
    if (got == 0)
      return Error{ErrorCode::corrupt, "the keyring file is too short", "restore it from a copy"};
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<void> write_fully(int fd, ByteView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0)
      return Error{ErrorCode::io, "a file of keys cannot be written"}.with_errno(put < 0 ? errno
                                                                                         : EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

Result<void> sync_file_and_parent(int fd, const std::string& path) {
  if (::fsync(fd) != 0) return Error{ErrorCode::io, "the file cannot be synced"}.with_errno(errno);
  const std::size_t slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const FileDescriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok() || ::fsync(directory.get()) != 0)
    return Error{ErrorCode::io, "the directory cannot be synced"}.with_errno(errno);
  return {};
}

}  // namespace coffer::keys
