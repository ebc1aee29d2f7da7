// What every file of a store must be: a regular file of ours with one name, closed to others.
#pragma once

#include <coffer/result.h>

#include <string_view>

struct stat;

namespace coffer {

/// Errors: io (another user's, a link or device, open to other users), about `name`.
Result<void> check_private_file(const struct stat& status, std::string_view name);
Result<void> check_owner(const struct stat& status, std::string_view name);

}  // namespace coffer
