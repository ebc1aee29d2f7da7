#include "base/private_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace coffer {

Result<void> check_owner(const struct stat& status, std::string_view name) {
  if (status.st_uid == geteuid()) return {};
  return Error(ErrorCode::io, "the store belongs to another user", "run as its owner")
      .with_errno(EPERM)
      .about(Subject::Kind::file, name);
}

Result<void> check_private_file(const struct stat& status, std::string_view name) {
  if (!S_ISREG(status.st_mode))
    return Error(ErrorCode::io, "a file of the store is a link or not a regular file",
                 "put the regular file back in its place")
        .about(Subject::Kind::file, name);
  if (status.st_nlink != 1)
    return Error(ErrorCode::io, "a file of the store has a second name (a hard link)",
                 "find the other name with find -samefile and remove it, or replace the file by a "
                 "copy")
        .with_number(status.st_nlink)
        .about(Subject::Kind::file, name);
  COFFER_TRY(check_owner(status, name));
  if ((status.st_mode & 077) != 0)
    return Error(ErrorCode::io, "a file of the store is accessible to other users",
                 "chmod 600 each of keyring, data.mdb and lock.mdb")
        .about(Subject::Kind::file, name);
  return {};
}

}  // namespace coffer
