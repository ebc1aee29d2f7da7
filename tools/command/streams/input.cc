#include "tools/command/streams/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace coffer::tools {

Error cannot_read(std::string_view name, int error_number) {
  Error error(ErrorCode::io, "cannot read", "check that the file can be read to its end");
  if (error_number == ENOENT || error_number == ENOTDIR)
    error = std::move(error).with_hint("check that a file of this name exists");
  if (error_number == EACCES || error_number == EPERM)
    error = std::move(error).with_hint("check who may read it");
  return std::move(error).about(Subject::Kind::file, name).with_errno(error_number);
}

Result<SecretBytes> read_descriptor(int fd, std::string_view name) {
  SecretBytes bytes;
  struct stat status {};
  if (fstat(fd, &status) != 0) return cannot_read(name, errno);
  if (S_ISDIR(status.st_mode)) {
    return Error(ErrorCode::usage, "is a directory, but a file is needed")
        .about(Subject::Kind::file, name);
  }
  // A regular file has a known size; one more byte lets the read find its end.
  std::size_t room = 64 << 10;
  if (S_ISREG(status.st_mode) && status.st_size > 0)
    room = std::min(static_cast<std::size_t>(status.st_size), kInputBytesMax) + 1;
  std::size_t size = 0;
  for (;;) {
    if (size == bytes.size())
      bytes.resize(size == 0 ? room : std::min(2 * size, kInputBytesMax + 1));
    const ssize_t got = read(fd, bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(name, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size > kInputBytesMax)
      return Error(ErrorCode::limit, "is larger than 64 MiB").about(Subject::Kind::file, name);
  }
  bytes.resize(size);
  return bytes;
}

Result<SecretBytes> read_stdin() {
  static bool taken = false;
  if (taken) {
    return Error(ErrorCode::usage, "can be read only once",
                 "use `-` once, and name files elsewhere")
        .about(Subject::Kind::file, "standard input");
  }
  taken = true;
  return read_descriptor(STDIN_FILENO, "standard input");
}

Result<SecretBytes> read_input(std::string_view name) {
  if (name == "-") return read_stdin();
  const int fd = open(std::string(name).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return cannot_read(name, errno);
  Result<SecretBytes> bytes = read_descriptor(fd, name);
  close(fd);
  return bytes;
}

}  // namespace coffer::tools
