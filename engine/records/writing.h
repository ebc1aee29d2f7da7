// A transaction as its writer sees it. Every change keeps the root's count and digest in step, so
// that a record which is put back, dropped or flipped later is found. What a commit destroys, it
// shreds: see rotation.cc.
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

/// The tags of what a commit destroys, in the order of its receipt's lists: each tells a version
/// from any other of its number.
struct Seals {
  std::vector<std::string> versions;
  std::vector<std::string> documents;
};

/// What a commit destroys, for its receipt.
struct Destroyed {
  std::vector<SweptVersion> versions;
  std::vector<ShredDocument> documents;
  Seals seals;  ///< One for each of both.
};

class Writing : public Reading {
 public:
  // --- records. Errors: io, corrupt.

  /// Seals and adds, or replaces, a small record.
  Result<void> put_small(storage::Table table, ByteView key, format::Domain domain,
                         ByteView plaintext);
  /// Answers whether there was such a record.
  Result<bool> remove_small(storage::Table table, ByteView key);
  /// Adds a version; `header` is the sealed one's, with its value's tag.
  Result<void> put_version(const format::PathHash& hash, std::uint64_t version,
                           const Cipher::Sealed& sealed, const format::VersionHeader& header);
  /// Puts `record`, whose header is `after`, in the place of a version. A version that is destroyed
  /// by it loses its value.
  Result<void> replace_version(const format::PathHash& hash, std::uint64_t version,
                               const format::VersionHeader& before, ByteView record,
                               const format::VersionHeader& after);
  /// Puts another header: the version's DEK is wrapped again, its value is not read.
  Result<void> change_header(const format::PathHash& hash, const Located& located,
                             const format::VersionHeader& after);
  /// Replaces a living version by a tombstone with the header `after`; the commit is a shredding.
  Result<void> destroy_version(const format::PathHash& hash, const Located& located,
                               const format::VersionHeader& after);
  /// Takes a version out of the table. What opened it is erased by this commit's shredding, or by
  /// a later one's.
  Result<void> remove_version(const format::PathHash& hash, std::uint64_t version,
                              const format::VersionHeader& header);
  /// wrapping_key() for what is to be sealed: splits the bucket if the store has grown, so that
  /// views into the tables are invalid afterwards.
  Result<WrappingKey> sealing_key(const format::PathHash& hash);

  void increase(Count what) { ++counter(what); }
  /// Errors: corrupt (nothing was counted).
  Result<void> decrease(Count what);

  // --- the commit

  /// The commit is a shredding: what it removes is beyond recovery when it returns.
  void shred_at_commit() { must_shred_ = true; }
  /// The same for what earlier commits removed; nothing if nothing waits for it.
  void shred_pending();
  /// For the receipt. `tag`: the value's, from the version's header.
  void tell_destroyed(SweptVersion version, ByteView tag);
  void tell_destroyed(ShredDocument document, ByteView tag);
  /// Commits, even if no record was changed: what was noted is to be told.
  void mark_changed() { changed_ = true; }
  /// Rises with every record that is written or removed.
  std::uint64_t record_changes() const { return record_changes_; }
  Notes& notes() { return notes_; }

  // --- the store's own records

  /// Replaces the settings; their revision is the next. Errors: corrupt, io.
  Result<void> put_settings(format::Settings settings);
  /// Replaces the policy; answers its revision, the next. Errors: conflict (`expected` is not the
  /// revision that stands), corrupt, io.
  Result<std::uint64_t> put_policy(const Policy& policy, std::optional<std::uint64_t> expected);
  /// The store's time falls to `to_ms`, for every process, with this commit.
  void lower_time(std::int64_t to_ms);

  // --- rotation of data keys

  /// Has every bucket key replaced from here on; false: somebody has begun that already.
  bool begin_renewal();
  /// Replaces what wraps about so many versions, at least one key; answers how many buckets are
  /// left of which not every key is new. Errors: corrupt, io.
  Result<std::uint64_t> renew_buckets(std::uint64_t versions_at_once);

 private:
  friend class Vault;
  Writing(const Means& means, storage::WriteTxn& txn, EpochKeys& keys, format::Root& root,
          const Actor& actor)
      : Reading(means, txn, keys, root, actor), txn_(txn), root_(root) {}

  std::uint64_t& counter(Count what);
  void toggle_digest(const crypto::ShortHash& item);
  /// For a record of the main table, which is in the digest and not counted. `before`: its bytes
  /// as they stand there, if they are in the digest.
  Result<void> put_own(std::string_view key, ByteView before, ByteView sealed);
  Result<void> remove_value(const format::PathHash& hash, std::uint64_t version);
  void touch(const format::PathHash& hash) { touched_[hash[0]].set(hash[1]); }

  Result<bool> has_grown() const;
  Result<void> split(std::uint8_t bucket);
  Result<void> rewrap_range(ByteView prefix, const BucketKeys& from, const BucketKeys& to);
  Result<void> put_leaves(std::uint8_t number, const BucketKey& bucket, const LeafKeys& leaves);
  /// Gives a bucket a new key, and these of its leaves (if it is whole, all there is to it): every
  /// living DEK below is wrapped again, every other key of the bucket moves under the new one.
  /// The caller wraps and puts the bucket's new key; lookups see none of it.
  Result<BucketKey> renew_bucket(std::uint8_t bucket, const LeafSet& leaves, std::uint64_t epoch);
  /// Renews touched and pending buckets and wraps every bucket key under the next epoch.
  Result<void> rotate(storage::Environment& environment, keys::Keyring& keyring);
  /// Writes down in the root what was touched and is not renewed by this commit.
  void note_pending();

  storage::WriteTxn& txn_;
  format::Root& root_;
  bool changed_ = false;
  bool must_shred_ = false;
  std::uint64_t record_changes_ = 0;
  KeysToRenew touched_;   // Where something was removed that lived.
  OwnLeaves new_leaves_;  // Of buckets that this commit splits.
  Destroyed destroyed_;
  std::uint64_t versions_rewrapped_ = 0;
};

}  // namespace coffer::records
