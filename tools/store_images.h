// Secrets as they stand in a store, for documents and for other stores.
#pragma once

#include <coffer/snapshot.h>
#include <coffer/transaction.h>

#include <string>
#include <vector>

#include "tools/exchange/images.h"

namespace coffer::tools {

/// The newest version, or every one. A version that cannot be read (deleted, expired, destroyed)
/// has no value. Errors: as get.
Result<SecretImage> image_of(const Snapshot& store, const std::string& path, bool history);
Result<SecretImage> image_of(const Transaction& store, const std::string& path, bool history);

/// The secret of that very name, then what is below it as a folder. Errors: not_found.
Result<std::vector<std::string>> paths_of(const Snapshot& store, const std::string& prefix);

}  // namespace coffer::tools
