// The audit log as a chain: each record's link is a keyed hash of the previous link, of the
// record's number and of its text. The root record, which every commit seals again, names the
// last link. So a record that was altered, dropped, moved, inserted or brought back from an
// earlier time breaks the chain, and the walk finds its number. A checkpoint in the root, the
// number and link of the last removed record, replaces what retention removed.
//
// The first 24 bytes of a record's link are the nonce of its seal. So the chain adds no byte to
// a record, and a nonce repeats only with the same record.
// Thread-safe; the caller opens the transaction.
#pragma once

#include <coffer/result.h>

#include <functional>
#include <optional>
#include <string_view>

#include "crypto/key.h"
#include "format/audit_record.h"
#include "format/records.h"
#include "keys/keyring/keyring.h"
#include "storage/txn.h"

namespace coffer::audit {

/// The first break of the chain.
struct Break {
  std::uint64_t number = 0;
  std::string_view what;  ///< Literal text that completes a sentence beginning with "record N".
};

/// The result of a walk from the checkpoint to the last record.
struct Walk {
  std::uint64_t records = 0;    ///< Whole records seen.
  std::optional<Break> broken;  ///< Empty if the chain is whole, or `visit` ended the walk.
};

class Chain {
 public:
  explicit Chain(const keys::Keyring& keyring);

  /// Appends the record and moves the root's head to it. Errors: io, limit.
  Result<void> append(storage::WriteTxn& txn, format::Root& root,
                      const format::AuditRecord& record) const;

  /// Returns one authentic record; only walk() proves its place in the chain. Errors: corrupt
  /// (it is missing or altered; number() = `number`), too_new, io.
  Result<format::AuditRecord> read(const storage::Txn& txn, std::uint64_t number) const;

  /// Checks every link. Calls `visit`, if it is set, for each whole record in order, until it
  /// returns false or the chain breaks. Errors: io, and those of `visit`.
  using Visit = std::function<Result<bool>(std::uint64_t number, const format::AuditRecord&)>;
  Result<Walk> walk(const storage::Txn& txn, const format::Root& root, const Visit& visit) const;

  /// Removes every record up to `last`, checking their links, and leaves a checkpoint in the root.
  /// Errors: corrupt (number() = the first broken record), io; after an error the root is unchanged
  /// and the caller must drop the transaction.
  Result<void> remove_up_to(storage::WriteTxn& txn, format::Root& root, std::uint64_t last) const;

 private:
  format::AuditLink link_of(const format::AuditLink& before, std::uint64_t number,
                            ByteView plaintext) const;
  Bytes context(std::uint64_t number) const;
  Result<SecretBytes> open(std::uint64_t number, ByteView sealed) const;
  /// Opens a record and checks that it follows `link`. Returns nothing if it does, and sets `link`
  /// to the record's own; else returns what is wrong with it.
  std::optional<std::string_view> step(std::uint64_t number, ByteView sealed,
                                       format::AuditLink& link, format::AuditRecord& record) const;

  format::StoreId store_;
  const crypto::Key& seal_key_;
  crypto::Key link_key_;
};

}  // namespace coffer::audit
