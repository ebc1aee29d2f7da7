// Opens files that must belong to this user: files to append to, and files that are read although
// nobody named them.
#pragma once

#include <coffer/result.h>

#include <optional>
#include <string>

namespace coffer::tools {

/// Opens a regular file of this user for appending, and creates it (0600) if it does not exist.
/// Refuses any file that others could redirect, write to or read in our place, and refuses a pipe
/// without waiting for its reader. Errors: usage (a link, a pipe, a device, another user's file,
/// one that everybody may write to, one in a store's directory), io; about `path`.
Result<int> open_own_file(const std::string& path);

/// Opens a file for reading that nobody named. It is in the current folder, which may belong to
/// anybody: so it must be a regular file, this user or root must own it and any link to it, and
/// nobody else may write to it (except the user's own group). Refuses a pipe without waiting for
/// its writer. nullopt: there is no such file. Errors: usage (anything else of this name), io;
/// about `path`.
Result<std::optional<int>> open_unasked(const std::string& path);

}  // namespace coffer::tools
