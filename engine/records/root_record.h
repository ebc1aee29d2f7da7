// The root: the record that every commit seals again, and that names the epoch, counts the records
// and holds their digest (SPEC.md section 6).
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

/// A record that another record names is missing, or is not the one that was named.
Error lost(Literal what);

/// Errors: corrupt (no root, altered, or written by another commit than the newest), io.
Result<format::Root> read_root(const Cipher& cipher, const storage::Txn& txn);
/// As the newest commit left it.
Result<format::Root> committed_root(const Cipher& cipher,
                                    const std::shared_ptr<storage::Environment>& environment);
/// Seals the root of the commit that `txn` is about to make; raises its sequence by one.
Result<void> put_root(const Cipher& cipher, storage::WriteTxn& txn, format::Root& root);
/// LMDB takes one of two meta pages for the newest. Errors: corrupt (the root that the other
/// one leads to was written by a commit of another number).
Result<void> check_other_meta(const Cipher& cipher, const storage::Environment& environment);

}  // namespace coffer::records
