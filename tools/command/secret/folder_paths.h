// What stands in a folder, for verbs that take it as a whole.
#pragma once

#include <coffer/transaction.h>

#include <string>
#include <vector>

namespace coffer::tools {

/// At most so many secrets go in one transaction.
inline constexpr std::size_t kFolderSecretsMax = 100'000;

/// The secret of this name, if there is one, and all below it, deleted ones too. Errors: as list;
/// not_found (nothing is there), limit (more than kFolderSecretsMax); about the folder.
Result<std::vector<std::string>> paths_in_folder(const Transaction& txn, const std::string& folder);

}  // namespace coffer::tools
