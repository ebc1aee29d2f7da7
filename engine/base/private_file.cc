#include "base/private_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace coffer {

Result<void> check_owner(const struct stat& status) {
  if (status.st_uid == geteuid()) return {};
  return Error{ErrorCode::io, "the store belongs to another user", "run as its owner"}.with_errno(
      EPERM);
}

Result<void> check_private_file(const struct stat& status) {
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1)
    return Error{ErrorCode::io, "a file of the store is a link, or no regular file",
                 "put the plain file back in its place"};
  COFFER_TRY(check_owner(status));
  if ((status.st_mode & 077) != 0)
    return Error{ErrorCode::io, "a file of the store is open to other users", "chmod 600 it"};
  return {};
}

}  // namespace coffer
