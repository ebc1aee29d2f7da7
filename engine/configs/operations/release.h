// References of a config: what it takes up, and what becomes of what it lets go.
#pragma once

#include <coffer/result.h>

#include <string>
#include <string_view>
#include <vector>

#include "configs/documents.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// Whose references they are: a config's own, or of a document that is kept outside.
struct Holder {
  std::string_view id;
  bool outside = false;
};

/// Before a document that is kept outside refers to a secret: the note of a user outside that has
/// its name would become its own, and end with it. `version`: of that one alone; 0: of any.
/// Errors: conflict (subject() = the name).
Result<void> check_name_free(const secrets::Transaction& transaction, Holder holder,
                             const std::string& base, std::uint64_t version = 0);

/// Moves the config's references from the versions in `before` to those in `after`. A version
/// that nobody refers to any more is destroyed, or ends at `keep_until_ms` where that is set;
/// a secret without any version left is erased. Returns the coordinates destroyed.
/// Errors: as check_name_free.
Result<std::vector<std::string>> move_references(
    secrets::Transaction& transaction, Holder holder_before, const std::vector<StoredPlace>& before,
    Holder holder_after, const std::vector<StoredPlace>& after, std::int64_t keep_until_ms);

/// Destroys those of the versions that are there and that nobody refers to; a secret without any
/// version left is erased. Returns the coordinates destroyed.
Result<std::vector<std::string>> destroy_unused(secrets::Transaction& transaction,
                                                const std::vector<std::string>& coordinates);

/// Refers to a version that was just written for the holder.
Result<void> hold(secrets::Transaction& transaction, Holder holder, const std::string& base,
                  std::uint64_t version);

secrets::Reference reference_of(Holder holder, const std::string& base, std::uint64_t version);
bool is_holders(const secrets::Reference& reference, Holder holder);

}  // namespace coffer::configs
