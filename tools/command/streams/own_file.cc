#include "tools/command/streams/own_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tools/command/opening/store_folder.h"
#include "tools/command/streams/input.h"

namespace coffer::tools {
namespace {

Error not_ours(const std::string& path) {
  return Error(
             ErrorCode::usage,
             "must be a regular file, not a link, owned by this user and not writable by everybody",
             "name a file in a folder of your own")
      .about(Subject::Kind::file, path);
}

bool is_ours_or_roots(const struct stat& status) {
  return status.st_uid == geteuid() || status.st_uid == 0;
}

bool may_be_taken(const struct stat& status) {
  const bool others_write = (status.st_mode & S_IWOTH) != 0 ||
                            ((status.st_mode & S_IWGRP) != 0 && status.st_gid != getegid());
  return S_ISREG(status.st_mode) && is_ours_or_roots(status) && !others_write;
}

Error not_taken(const std::string& path) {
  return Error(ErrorCode::usage,
               "is used without being named only if it is a regular file, owned by this user or "
               "root, that nobody "
               "else may write to",
               "check its owner and mode (ls -l); to use it anyway, name it: --env-file")
      .about(Subject::Kind::file, path);
}

}  // namespace

Result<std::optional<int>> open_unasked(const std::string& path) {
  struct stat name {};
  if (lstat(path.c_str(), &name) != 0) {
    if (errno == ENOENT) return std::optional<int>();
    return cannot_read(path, errno);
  }
  // The owner of a link chose where it leads, so his trust counts.
  if (S_ISLNK(name.st_mode) ? !is_ours_or_roots(name) : !may_be_taken(name)) return not_taken(path);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return std::optional<int>();
  if (fd < 0) return cannot_read(path, errno);
  // The opened file counts, even if another file has its name by now.
  struct stat status {};
  if (fstat(fd, &status) == 0 && may_be_taken(status)) return std::optional<int>(fd);
  close(fd);
  return not_taken(path);
}

Result<int> open_own_file(const std::string& path) {
  COFFER_TRY(check_outside_stores(path));
  // Without O_NONBLOCK opening a pipe would wait for a reader before we could refuse it.
  const int fd =
      open(path.c_str(),
           O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (fd < 0 && (errno == ELOOP || errno == ENXIO)) return not_ours(path);
  if (fd < 0) {
    return Error(ErrorCode::io, "cannot be opened for writing")
        .about(Subject::Kind::file, path)
        .with_errno(errno);
  }
  struct stat status {};
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
      (status.st_mode & S_IWOTH) == 0)
    return fd;
  close(fd);
  return not_ours(path);
}

}  // namespace coffer::tools
