// The writing side of a transaction. Every change updates the root's count and digest, so that a
// record that is replayed, dropped or altered later is found. A commit that destroys also shreds:
// see vault/rotation.cc.
#pragma once

#include <coffer/operations.h>

#include <optional>
#include <string>
#include <vector>

#include "records/reading.h"

namespace coffer::keys {
class Keyring;
}

namespace coffer::records {

/// The tags of what a commit destroys, in the order of its receipt's lists. A tag distinguishes a
/// version from another one with the same number.
struct Seals {
  std::vector<std::string> versions;
  std::vector<std::string> documents;
};

/// The versions and documents that a commit destroys, for its receipt.
struct Destroyed {
  std::vector<SweptVersion> versions;
  std::vector<ShredDocument> documents;
  Seals seals;  ///< One for each version and each document.
};

class Writing : public Reading {
 public:
  // --- records. Errors: io, corrupt.

  /// Seals a small record and adds or replaces it.
  Result<void> put_small(storage::Table table, ByteView key, format::Domain domain,
                         ByteView plaintext);
  /// Returns whether the record existed.
  Result<bool> remove_small(storage::Table table, ByteView key);
  /// Adds a version; `header` is the header of `sealed`, with its value's tag.
  Result<void> put_version(const format::PathHash& hash, std::uint64_t version,
                           const Cipher::Sealed& sealed, const format::VersionHeader& header);
  /// Replaces a version by `record`, whose header is `after`. If `after` is destroyed, the value is
  /// removed.
  Result<void> replace_version(const format::PathHash& hash, std::uint64_t version,
                               const format::VersionHeader& before, ByteView record,
                               const format::VersionHeader& after);
  /// Replaces the header: wraps the version's DEK again, and does not read its value.
  Result<void> change_header(const format::PathHash& hash, const Located& located,
                             const format::VersionHeader& after);
  /// Replaces a living version by a tombstone with the header `after`; the commit is a shredding.
  Result<void> destroy_version(const format::PathHash& hash, const Located& located,
                               const format::VersionHeader& after);
  /// Removes a version from the table. The key that opens it is erased by this commit's shredding,
  /// or by a later one.
  Result<void> remove_version(const format::PathHash& hash, std::uint64_t version,
                              const format::VersionHeader& header);
  /// wrapping_key() for sealing: splits the bucket if the store has grown, which makes views into
  /// the tables invalid.
  Result<WrappingKey> sealing_key(const format::PathHash& hash);

  void increase(Count what) { ++counter(what); }
  /// Errors: corrupt (the counter is 0 already).
  Result<void> decrease(Count what);

  // --- the commit

  /// Makes the commit a shredding: what it removes cannot be recovered once the commit returns.
  void shred_at_commit() { must_shred_ = true; }
  /// Makes the commit a shredding if earlier commits left removed versions to erase.
  void shred_pending();
  /// Adds to the receipt. `tag` is the value's tag from the version's header.
  void tell_destroyed(SweptVersion version, ByteView tag);
  void tell_destroyed(ShredDocument document, ByteView tag);
  /// Commits even if no record was changed, so that the notes are recorded.
  void mark_changed() { changed_ = true; }
  /// Rises with every record that is written or removed.
  std::uint64_t record_changes() const { return record_changes_; }
  Notes& notes() { return notes_; }

  // --- the store's own records

  /// Replaces the settings under their next revision. Errors: corrupt, io.
  Result<void> put_settings(format::Settings settings);
  /// Replaces the policy and returns its new revision. Errors: conflict (`expected` is not the
  /// current revision), corrupt, io.
  Result<std::uint64_t> put_policy(const Policy& policy, std::optional<std::uint64_t> expected);
  /// Lowers the store's time to `to_ms` (ms since 1970), for every process, with this commit.
  void lower_time(std::int64_t to_ms);

  // --- rotation of data keys

  /// Begins to replace every bucket key; false: a rotation has begun already.
  bool begin_renewal();
  /// Replaces the keys of about so many versions, at least one key. Returns how many buckets still
  /// have an old key. Errors: corrupt, io.
  Result<std::uint64_t> renew_buckets(std::uint64_t versions_at_once);

 private:
  friend class Vault;
  Writing(const Means& means, storage::WriteTxn& txn, EpochKeys& keys, format::Root& root,
          const Actor& actor)
      : Reading(means, txn, keys, root, actor), txn_(txn), root_(root) {}

  std::uint64_t& counter(Count what);
  void toggle_digest(const crypto::ShortHash& item);
  /// Puts a record of the main table, which the digest covers and the count does not. `before`: its
  /// present bytes if the digest covers them, else empty.
  Result<void> put_own(std::string_view key, ByteView before, ByteView sealed);
  Result<void> remove_value(const format::PathHash& hash, std::uint64_t version);
  void touch(const format::PathHash& hash) { touched_[hash[0]].set(hash[1]); }

  Result<bool> has_grown() const;
  Result<void> split(std::uint8_t bucket);
  Result<void> rewrap_range(ByteView prefix, const BucketKeys& from, const BucketKeys& to);
  Result<void> put_leaves(std::uint8_t number, const BucketKey& bucket, const LeafKeys& leaves);
  /// Makes a new key for a bucket, and for these of its leaves if it is split. Wraps every living
  /// DEK below these keys again, and seals the other leaf keys under the new bucket key. The caller
  /// puts the new bucket key; until then lookups use the old keys.
  Result<BucketKey> renew_bucket(std::uint8_t bucket, const LeafSet& leaves, std::uint64_t epoch);
  /// Renews touched and pending buckets and wraps every bucket key under the next epoch.
  Result<void> rotate(storage::Environment& environment, keys::Keyring& keyring);
  /// Notes in the root the touched buckets and leaves that this commit does not renew.
  void note_pending();

  storage::WriteTxn& txn_;
  format::Root& root_;
  bool changed_ = false;
  bool must_shred_ = false;
  std::uint64_t record_changes_ = 0;
  KeysToRenew touched_;   // Buckets and leaves that lost a living version.
  OwnLeaves new_leaves_;  // The leaf keys of buckets that this commit splits.
  Destroyed destroyed_;
  std::uint64_t versions_rewrapped_ = 0;
};

}  // namespace coffer::records
