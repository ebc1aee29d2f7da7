// Lists the content of a folder, for verbs that act on it as a whole.
#pragma once

#include <coffer/transaction.h>

#include <string>
#include <vector>

namespace coffer::tools {

/// The most secrets that one transaction takes.
inline constexpr std::size_t kFolderSecretsMax = 100'000;

/// The secret with this path, if it exists, and all secrets below it, deleted ones too. Errors: as
/// list; not_found (nothing is there), limit (more than kFolderSecretsMax); about the folder.
Result<std::vector<std::string>> paths_in_folder(const Transaction& txn, const std::string& folder);

}  // namespace coffer::tools
