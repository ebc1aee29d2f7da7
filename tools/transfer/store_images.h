// Reads secrets from a store, for export documents and for other stores.
#pragma once

#include <coffer/snapshot.h>
#include <coffer/store.h>
#include <coffer/transaction.h>

#include <string>
#include <vector>

#include "tools/exchange/images.h"

namespace coffer::tools {

/// How much of a secret an image holds. `all` includes every version, and the values of deleted
/// versions, which undelete could bring back; the others leave those values out.
enum class Extent : std::uint8_t { newest, history, all };

/// A version that is expired or destroyed has no value. Errors: as get, also for a version that
/// cannot be read only because the clock is behind.
Result<SecretImage> image_of(const Snapshot& store, const std::string& path, Extent extent);
Result<SecretImage> image_of(const Transaction& store, const std::string& path, Extent extent);

/// Refuses to carry secrets while the clock is behind the store's time, because nobody can tell
/// which of them live. `directory` is what the error is about. Errors: failed.
Result<void> check_clock(Store& store, const std::string& directory);

/// The secret of this name, then the secrets below it as a folder, in any state. Errors: not_found.
Result<std::vector<std::string>> paths_of(const Snapshot& store, const std::string& prefix);

}  // namespace coffer::tools
