// What every file of a store must be: a regular file of ours with one name, closed to others.
#pragma once

#include <coffer/result.h>

struct stat;

namespace coffer {

/// Errors: io (another user's, a link or device, open to other users).
Result<void> check_private_file(const struct stat& status);
Result<void> check_owner(const struct stat& status);

}  // namespace coffer
