// The reading side of a transaction: finds sealed records by table and key, checks and opens them.
//
// The key of a history row is a path hash and a version, newest first; its DEK is wrapped by a key
// that can be erased. Every other record is small and sealed under the store's names key. Only the
// floor above knows what a record means, and knows paths.
#pragma once

#include <coffer/audit.h>
#include <coffer/policy.h>
#include <coffer/result.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/chain.h"
#include "format/records.h"
#include "records/kept_records.h"
#include "records/notes.h"
#include "records/sealing/cipher.h"
#include "records/sealing/epoch_keys.h"
#include "records/store_clock.h"
#include "storage/txn.h"

namespace coffer::records {

/// The parts that all transactions of one open store share; outlives them.
struct Means {
  const Cipher& cipher;
  const audit::Chain& chain;
  StoreClock& clock;
  KeptRecords& kept;
};

/// The counters that the root keeps for the floor above.
enum class Count : std::uint8_t { secrets, configs, top_names, config_names, spec_names };

/// The keys of leaves by bucket, of buckets that were split in this transaction.
using OwnLeaves = std::map<std::uint8_t, LeafKeys>;

/// A version's row as it was found.
struct Located {
  std::uint64_t version = 0;
  format::VersionRecord record;  ///< Views into the transaction.
};

/// A copy of a Located, valid after the next write.
struct KeptVersion {
  std::uint64_t version = 0;
  format::VersionHeader header;
};

/// Walks a table in the order of its keys, read-only. Must end before its transaction.
class Rows {
 public:
  // Each returns whether the cursor is at a row. Errors: corrupt, io.
  Result<bool> first() { return cursor_.first(); }
  Result<bool> next() { return cursor_.next(); }
  Result<bool> seek(ByteView at_or_after) { return cursor_.seek(at_or_after); }
  ByteView key() const { return cursor_.key(); }
  ByteView value() const { return cursor_.value(); }

 private:
  friend class Reading;
  explicit Rows(storage::Cursor cursor) : cursor_(std::move(cursor)) {}
  storage::Cursor cursor_;
};

/// One snapshot. Used by one thread at a time.
class Reading {
 public:
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  const Cipher& cipher() const { return means_.cipher; }
  /// The actor that the store was opened for.
  const Actor& actor() const { return actor_; }

  // --- rows

  /// The bytes are valid until the transaction changes or ends. Errors: corrupt, io.
  Result<std::optional<ByteView>> get(storage::Table table, ByteView key) const {
    return txn_.get(table, key);
  }
  Result<Rows> rows(storage::Table table) const {
    return Rows(COFFER_TRY(storage::Cursor::open(txn_, table)));
  }
  /// Whether this transaction sees the table, which older stores may lack.
  bool has(storage::Table table) const { return txn_.has(table); }

  // --- versions

  /// Version 0 finds the newest. The views are valid until the transaction changes or ends.
  /// Errors: corrupt (the newest version is missing), io.
  Result<std::optional<Located>> find(const format::PathHash& hash, std::uint64_t version) const;
  /// As find(), without a copy: for a get.
  Result<bool> find_into(const format::PathHash& hash, std::uint64_t version,
                         Located& located) const;
  /// Calls `visit` for the versions of a hash, newest first, from `from` on (0: the newest), until
  /// it returns false. The views are valid inside `visit` only. Errors: corrupt (if `from` is 0:
  /// also a missing or surplus row), io, those of `visit`.
  Result<void> each_version(const format::PathHash& hash, std::uint64_t from,
                            const std::function<Result<bool>(const Located&)>& visit) const;
  /// Fetches a living version's ciphertext if the table of values holds it. Errors: corrupt, io.
  Result<void> fetch_value(const format::PathHash& hash, Located& located) const {
    if (located.record.bytes_apart == 0) return {};
    return fetch_large_value(hash, located);
  }
  /// Checks a version's header against its wrap, without opening the value. Errors: corrupt.
  Result<void> authenticate(const format::PathHash& hash, const Located& located) const;

  // --- keys

  /// Call some time before wrapping_key(hash): brings the key into the processor's cache.
  void prefetch_key(const format::PathHash& hash) const { keys_.prefetch(hash); }
  /// The key that wraps the DEKs of this hash's versions. Valid until the transaction ends.
  Result<WrappingKey> wrapping_key(const format::PathHash& hash) const {
    if (!root_.leaves.is_split(hash[0])) {
      const BucketKey* bucket = COFFER_TRY(keys_.bucket(hash[0], txn_));
      return WrappingKey{bucket->key.view(), bucket->made_in_epoch};
    }
    if (own_leaves_ != nullptr) return COFFER_TRY(bucket_keys(hash[0])).of(hash);
    return COFFER_TRY(keys_.leaves(hash[0], txn_))->at(hash[1]);
  }
  Result<BucketKeys> bucket_keys(std::uint8_t number) const;
  /// How many buckets still have a key, their own or a leaf's, that the rotation of data keys must
  /// replace; 0 if no rotation is under way.
  Result<std::uint64_t> buckets_to_renew() const;
  /// Destroying a version wraps one leaf again in a split bucket, else the whole bucket.
  bool is_split(std::uint8_t bucket) const { return root_.leaves.is_split(bucket); }

  // --- what the root says

  std::uint64_t sequence() const { return root_.sequence; }
  std::uint64_t epoch() const { return root_.epoch; }
  /// The number of records in the store, of all kinds.
  std::uint64_t record_count() const { return root_.record_count; }
  std::uint64_t count(Count what) const;
  const format::Root& root() const { return root_; }

  // --- time

  /// The store's time for this transaction, in ms since 1970; every call returns the same.
  std::int64_t now_ms() const {
    if (now_ms_ == 0) look_at_clock();
    return now_ms_;
  }
  /// Whether the clock is further behind than is tolerated. Call now_ms() first.
  bool clock_is_behind() const { return clock_is_behind_; }
  /// The time that the clock itself shows.
  std::int64_t clock_ms() const { return means_.clock.shown_ms(); }
  /// Errors: failed (the clock is behind: no future time may be set by it).
  Result<void> check_clock() const;
  /// Call when the caller learns that this time has passed: it must not return after a restart.
  void note_end_seen(std::int64_t end_ms) const {
    if (end_ms > end_seen_ms_) end_seen_ms_ = end_ms;
  }

  // --- settings, policy, audit log

  /// Read at the first call, once a transaction. Errors: corrupt, io.
  Result<const format::Settings*> settings() const;
  /// Null if there is no policy, or it has no rules. A held snapshot uses the present policy.
  Result<const Policy*> policy() const;
  /// The records as this transaction sees them, with their sealed bytes.
  Result<std::shared_ptr<const StoredSettings>> stored_settings() const;
  Result<std::shared_ptr<const StoredPolicy>> stored_policy() const;
  /// One record of the audit log. Errors: corrupt (missing or altered), too_new, io.
  Result<format::AuditRecord> audit_record(std::uint64_t number) const {
    return means_.chain.read(txn_, number);
  }
  /// Checks the chain of the audit log and visits its records. Errors: io, those of `visit`.
  Result<audit::Walk> walk_audit(const audit::Chain::Visit& visit) const {
    return means_.chain.walk(txn_, root_, visit);
  }

  /// Call when a reader was given a value or refused it. Noted if the store audits reads. A writer
  /// uses Writing::notes() instead.
  void note_get(std::string_view name, std::uint64_t version,
                std::optional<ErrorCode> refused_with) const;
  /// Call when the policy refused a read: recorded when the transaction ends.
  void note_denied(format::Action action, std::string_view name) const;

 private:
  friend class Vault;
  friend class HeldReading;
  friend class Writing;
  /// For a reader; `policy` applies to it.
  Reading(const Means& means, storage::ReadTxn& txn, EpochKeys& keys, const format::Root& root,
          const Actor& actor, bool audits_reads, const Policy* policy)
      : means_(means),
        txn_(txn),
        reader_(&txn),
        keys_(keys),
        root_(root),
        actor_(actor),
        audits_reads_(audits_reads),
        policy_is_given_(true),
        policy_(policy) {}
  /// For a writer, whose body may replace the policy.
  Reading(const Means& means, storage::WriteTxn& txn, EpochKeys& keys, const format::Root& root,
          const Actor& actor)
      : means_(means), txn_(txn), keys_(keys), root_(root), actor_(actor) {}
  void look_at_clock() const;
  Result<void> fetch_large_value(const format::PathHash& hash, Located& located) const;

  const Means& means_;
  storage::Txn& txn_;
  storage::ReadTxn* reader_ = nullptr;  // Null in a writer, which has no cursor of its own.
  EpochKeys& keys_;                     // The session's or the writer's; outlives this.
  const format::Root& root_;
  const Actor& actor_;
  const OwnLeaves* own_leaves_ = nullptr;  // Null until this transaction splits a bucket.
  bool audits_reads_ = false;
  bool policy_is_given_ = false;
  const Policy* policy_ = nullptr;
  mutable bool clock_is_behind_ = false;
  mutable std::int64_t now_ms_ = 0;  // 0: the clock was not read yet.
  mutable std::int64_t end_seen_ms_ = 0;
  mutable std::shared_ptr<const StoredSettings> settings_;
  mutable std::shared_ptr<const StoredPolicy> stored_policy_;
  mutable Notes notes_;
};

}  // namespace coffer::records
