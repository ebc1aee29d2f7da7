// The audit log as a chain: each record's link is a keyed hash of the link before it, of its
// number and of its text, and the root record, sealed anew by every commit, names the last.
// So a record that was altered, dropped, moved, put in or taken from another time breaks the
// chain at a number that can be told. What retention removed is stood for by a checkpoint in
// the root: number and link of the last record removed.
//
// The first 24 bytes of a record's link are the nonce of its seal: the chain costs a record
// no byte, and no nonce comes twice but with the same record.
// Thread-safe; a transaction is opened above and handed down.
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

/// Where the chain is broken first.
struct Break {
  std::uint64_t number = 0;
  std::string_view what;  ///< Literal text, to be read behind "record N".
};

/// What a walk from the checkpoint on saw.
struct Walk {
  std::uint64_t records = 0;
  std::optional<Break> broken;
};

class Chain {
 public:
  explicit Chain(const keys::Keyring& keyring);

  /// Appends a record as the next one, and moves the root's head to it. Errors: io.
  Result<void> append(storage::WriteTxn& txn, format::Root& root,
                      const format::AuditRecord& record) const;

  /// One record, authentic, though its place in the chain is not proven. Errors: corrupt
  /// (missing or altered; number() = which), too_new, io.
  Result<format::AuditRecord> read(const storage::Txn& txn, std::uint64_t number) const;

  /// Checks every link. `visit` is called for each whole record, in order, until it answers
  /// false or the chain breaks; it may be empty. Errors: io, and what `visit` answers.
  using Visit = std::function<Result<bool>(std::uint64_t number, const format::AuditRecord&)>;
  Result<Walk> walk(const storage::Txn& txn, const format::Root& root, const Visit& visit) const;

  /// Removes every record up to `last` and leaves a checkpoint in the root. The links are
  /// checked on the way. Errors: corrupt (number() = the first broken record), io.
  Result<void> remove_up_to(storage::WriteTxn& txn, format::Root& root, std::uint64_t last) const;

 private:
  format::AuditLink link_of(const format::AuditLink& before, std::uint64_t number,
                            ByteView plaintext) const;
  Bytes context(std::uint64_t number) const;
  Result<SecretBytes> open(std::uint64_t number, ByteView sealed) const;
  /// Opens a record and checks that it follows `link`, which then becomes its own. The text
  /// of what is wrong with it, or none.
  std::optional<std::string_view> step(std::uint64_t number, ByteView sealed,
                                       format::AuditLink& link, format::AuditRecord& record) const;

  format::StoreId store_;
  const crypto::Key& seal_key_;
  crypto::Key link_key_;
};

}  // namespace coffer::audit
