// Adds and ends a config's references, and destroys the versions that nobody refers to any more.
#pragma once

#include <coffer/result.h>

#include <string>
#include <string_view>
#include <vector>

#include "configs/documents.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// The owner of references: a config, or a document that is kept outside the store.
struct Holder {
  std::string_view id;
  bool outside = false;
};

/// Called before an outside document refers to a secret. Refuses if an outside user of the same
/// name already refers to it: the two references would be one, and end together. `version`: checks
/// this version only; 0: any. Errors: conflict (subject() = the name).
Result<void> check_name_free(const secrets::Transaction& transaction, Holder holder,
                             const std::string& base, std::uint64_t version = 0);

/// Moves the config's references from the versions in `before` to those in `after`. A version that
/// nobody refers to any more is destroyed or, if `keep_until_ms` is not 0, expires then. A secret
/// without living versions is erased. Returns the destroyed coordinates.
/// Errors: as check_name_free().
Result<std::vector<std::string>> move_references(
    secrets::Transaction& transaction, Holder holder_before, const std::vector<StoredPlace>& before,
    Holder holder_after, const std::vector<StoredPlace>& after, std::int64_t keep_until_ms);

/// Destroys those of the versions that nobody refers to. A secret without living versions is
/// erased. Returns the destroyed coordinates.
Result<std::vector<std::string>> destroy_unused(secrets::Transaction& transaction,
                                                const std::vector<std::string>& coordinates);

/// Adds the holder's reference to a version.
Result<void> hold(secrets::Transaction& transaction, Holder holder, const std::string& base,
                  std::uint64_t version);

secrets::Reference reference_of(Holder holder, const std::string& base, std::uint64_t version);
bool is_holders(const secrets::Reference& reference, Holder holder);

}  // namespace coffer::configs
