// Files of this user's that lines are added to.
#pragma once

#include <coffer/result.h>

#include <string>

namespace coffer::tools {

/// Opens a regular file of this user's for appending, and makes it (0600) where it is not there.
/// What others may point elsewhere, write to or read instead of us is refused, a pipe without
/// waiting for its reader. Errors: usage (a link, a pipe, a device, another user's, one that
/// everybody may write to), io; about `path`.
Result<int> open_own_file(const std::string& path);

}  // namespace coffer::tools
