#include "tools/new_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/digits.h"
#include "tools/output.h"

namespace coffer::tools {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// What a kill left of an earlier run keeps its name, whoever's process number that run had.
Result<std::string> name_beside(const std::string& path) {
  std::array<std::uint8_t, 8> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return Error(ErrorCode::io, "the system gives no random numbers").with_errno(errno);
  return path + ".coffer-" + hex(bytes);
}

Error taken(const std::string& path) {
  return Error(ErrorCode::conflict, "there is a file of that name already",
               "name another, or give --force to replace it")
      .about(Subject::Kind::file, path);
}

// Never through a link, and never into a file that was there: its mode may be open to others.
Result<void> check_place(const std::string& path, bool replace) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return {};  // Making the new one tells why.
  if (!replace) return taken(path);
  if (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode)) return {};
  return Error(ErrorCode::usage, "is no file that could be replaced",
               "name another; standard output is what is written to without -o")
      .about(Subject::Kind::file, path);
}

}  // namespace

bool sync_folder_of(const std::string& path) {
  const int folder = open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && fsync(folder) == 0;
  const int error_number = errno;
  if (folder >= 0) close(folder);
  errno = error_number;
  return synced;
}

Result<NewFile> NewFile::create(const std::string& path, bool replace) {
  COFFER_TRY(check_place(path, replace));
  const int fd = open(folder_of(path).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return NewFile(path, replace, fd);
  return Error(ErrorCode::io, "cannot make this file", "see that its folder is there")
      .about(Subject::Kind::file, path)
      .with_errno(errno);
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), replace_(other.replace_), fd_(std::exchange(other.fd_, -1)) {}

NewFile::~NewFile() {
  if (fd_ >= 0) close(fd_);
}

Error NewFile::failed(int error_number) const {
  return Error(ErrorCode::io, "cannot write")
      .about(Subject::Kind::file, path_)
      .with_errno(error_number);
}

Result<void> NewFile::write(ByteView bytes) {
  if (!write_all(fd_, bytes)) return failed(errno);
  return {};
}

Result<void> NewFile::link_as(const std::string& name) const {
  const std::string self = "/proc/self/fd/" + std::to_string(fd_);
  if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) return {};
  return errno == EEXIST ? taken(path_) : failed(errno);
}

// The name comes last: nobody sees half of the file, and a crash before leaves none.
Result<void> NewFile::finish() {
  if (fsync(fd_) != 0) return failed(errno);
  if (!replace_) {
    COFFER_TRY(link_as(path_));
  } else {
    std::string beside = COFFER_TRY(name_beside(path_));
    Result<void> linked = link_as(beside);
    while (!linked && linked.error().code() == ErrorCode::conflict) {
      beside = COFFER_TRY(name_beside(path_));
      linked = link_as(beside);
    }
    COFFER_TRY(std::move(linked));
    if (rename(beside.c_str(), path_.c_str()) != 0) {
      const int error_number = errno;
      unlink(beside.c_str());
      return failed(error_number);
    }
  }
  if (!sync_folder_of(path_)) return failed(errno);
  return {};
}

}  // namespace coffer::tools
