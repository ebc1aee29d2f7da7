// Checks a file of a store: it must be a regular file of this user with one name, and no other user
// may access it.
#pragma once

#include <coffer/result.h>

#include <string_view>

struct stat;

namespace coffer {

/// Errors: io (another user's, a link or device, a second name, accessible to other users), about
/// `name`.
Result<void> check_private_file(const struct stat& status, std::string_view name);
Result<void> check_owner(const struct stat& status, std::string_view name);

}  // namespace coffer
