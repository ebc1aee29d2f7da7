#include "tools/own_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace coffer::tools {
namespace {

Error not_ours(const std::string& path) {
  return Error(ErrorCode::usage,
               "must be a regular file of this user that not everybody may write to, and no link",
               "name a file in a folder of your own")
      .about(Subject::Kind::file, path);
}

}  // namespace

Result<int> open_own_file(const std::string& path) {
  // Without O_NONBLOCK a pipe would hold us until somebody reads, before it is seen to be one.
  const int fd =
      open(path.c_str(),
           O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (fd < 0 && (errno == ELOOP || errno == ENXIO)) return not_ours(path);
  if (fd < 0) {
    return Error(ErrorCode::io, "cannot be written to")
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
