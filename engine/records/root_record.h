// The root: every commit seals it again. It names the epoch, counts the records and holds their
// digest (SPEC.md section 6).
#pragma once

#include <coffer/error.h>
#include <coffer/result.h>

#include <memory>
#include <string_view>

#include "format/records.h"
#include "records/sealing/cipher.h"
#include "storage/environment.h"
#include "storage/txn.h"

namespace coffer::records {

// Keys of the main table.
inline constexpr std::string_view kRootKey = "root";
inline constexpr std::string_view kSettingsKey = "settings";
inline constexpr std::string_view kPolicyKey = "policy";

/// The error for a record that another record names and that is missing or another one.
Error lost(Literal what);

/// Errors: corrupt (no root, altered, or not written by the newest commit), io.
Result<format::Root> read_root(const Cipher& cipher, const storage::Txn& txn);
/// The root of the newest commit. Errors: as read_root().
Result<format::Root> committed_root(const Cipher& cipher,
                                    const std::shared_ptr<storage::Environment>& environment);
/// Seals the root for the commit of `txn`, and raises its sequence by one.
Result<void> put_root(const Cipher& cipher, storage::WriteTxn& txn, format::Root& root);
/// Checks the meta page that LMDB did not pick. Errors: corrupt (the root of that page was written
/// by a commit of another number).
Result<void> check_other_meta(const Cipher& cipher, const storage::Environment& environment);

}  // namespace coffer::records
