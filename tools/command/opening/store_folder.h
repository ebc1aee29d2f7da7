// Keeps new files out of the directories of stores.
#pragma once

#include <coffer/result.h>

#include <string>

namespace coffer::tools {

/// `path` is a file to be created, replaced or appended to, or a folder to be created. It must not
/// be in or below the directory of any store: a file named like one of the store's own would
/// destroy the store, and any other file is lost when the directory is restored from a copy.
/// Symbolic links are followed.
/// Errors: usage (it is in a store's directory), about `path`.
Result<void> check_outside_stores(const std::string& path);

}  // namespace coffer::tools
