// Files that must be this user's: what lines are added to, and what is read without being named.
#pragma once

#include <coffer/result.h>

#include <optional>
#include <string>

namespace coffer::tools {

/// Opens a regular file of this user's for appending, and makes it (0600) where it is not there.
/// What others may point elsewhere, write to or read instead of us is refused, a pipe without
/// waiting for its reader. Errors: usage (a link, a pipe, a device, another user's, one that
/// everybody may write to, one in a store's folder), io; about `path`.
Result<int> open_own_file(const std::string& path);

/// Opens a file for reading that nobody named: it stands in the current folder, which may be
/// anybody's, so it must be a regular file, it and a link to it of this user or root, and writable
/// by no one else (the user's own group aside). A pipe is refused without waiting for its writer.
/// nullopt: there is none. Errors: usage (anything else of that name), io; about `path`.
Result<std::optional<int>> open_unasked(const std::string& path);

}  // namespace coffer::tools
