// Secrets as they stand in a store, for documents and for other stores.
#pragma once

#include <coffer/snapshot.h>
#include <coffer/store.h>
#include <coffer/transaction.h>

#include <string>
#include <vector>

#include "tools/exchange/images.h"

namespace coffer::tools {

/// How much of a secret an image shows. `all`: every version, and of a deleted one, which undelete
/// would bring back, the value too; the others leave that out.
enum class Extent : std::uint8_t { newest, history, all };

/// A version whose time is over for good (expired, destroyed) has no value. Errors: as get; of a
/// version that cannot be read only because the clock is behind, too.
Result<SecretImage> image_of(const Snapshot& store, const std::string& path, Extent extent);
Result<SecretImage> image_of(const Transaction& store, const std::string& path, Extent extent);

/// Before secrets are carried elsewhere: with a clock that is behind the store's time nobody can
/// tell which of them live. `directory`: what the error is about. Errors: failed.
Result<void> check_clock(Store& store, const std::string& directory);

/// The secret of that very name, then what is below it as a folder, whatever became of their
/// newest versions. Errors: not_found.
Result<std::vector<std::string>> paths_of(const Snapshot& store, const std::string& prefix);

}  // namespace coffer::tools
