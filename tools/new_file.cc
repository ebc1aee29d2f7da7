#include "tools/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace coffer::tools {
namespace {

Result<void> remove_old(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return {};  // Making the new one tells why.
  if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) {
    return Error(ErrorCode::usage, "is no file that could be replaced",
                 "name another; standard output is what is written to without -o")
        .about(Subject::Kind::file, path);
  }
  if (unlink(path.c_str()) == 0) return {};
  return Error(ErrorCode::io, "cannot remove the old file")
      .about(Subject::Kind::file, path)
      .with_errno(errno);
}

}  // namespace

Result<NewFile> NewFile::create(const std::string& path, bool replace) {
  if (replace) COFFER_TRY(remove_old(path));
  // Never through a link, and never into a file that was there: its mode may be open to others.
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
  if (fd >= 0) return NewFile(path, fd);
  if (errno == EEXIST) {
    return Error(ErrorCode::conflict, "there is a file of that name already",
                 "name another, or give --force to replace it")
        .about(Subject::Kind::file, path);
  }
  return Error(ErrorCode::io, "cannot make this file")
      .about(Subject::Kind::file, path)
      .with_errno(errno);
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

NewFile::~NewFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(path_.c_str());
}

Error NewFile::failed(int error_number) const {
  return Error(ErrorCode::io, "cannot write")
      .about(Subject::Kind::file, path_)
      .with_errno(error_number);
}

Result<void> NewFile::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> NewFile::finish() {
  if (fsync(fd_) != 0 && errno != EINVAL) return failed(errno);
  if (close(std::exchange(fd_, -1)) == 0) return {};
  const int error_number = errno;
  unlink(path_.c_str());
  return failed(error_number);
}

}  // namespace coffer::tools
