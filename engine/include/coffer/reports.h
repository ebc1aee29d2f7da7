// What a store reports: what was erased, what it holds, what is wrong with it. Times are ms since
// 1970 UTC, 0 = unset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace coffer {

struct SweptVersion {
  std::string path;
  std::uint64_t version = 0;
  std::string why;  ///< "expired" or "unreachable"
  // Only in a sweep's report:
  std::string kind = {};           ///< What made it: "secret" (a put), "config" or "check".
  std::int64_t created_at_ms = 0;  ///< When the version was written.
  std::int64_t since_ms = 0;       ///< When it expired, or its last use ended.
};

struct SweepReport {
  bool dry_run = false;
  std::vector<SweptVersion> swept;
  /// In a full sweep: the errors of the indexes, a line each. Empty in a sound store.
  std::vector<std::string> differences = {};
};

/// One revision of a config's document that is gone for good.
struct ShredDocument {
  std::string config;
  std::uint64_t revision = 0;
};

struct ShredReceipt {
  std::vector<SweptVersion> destroyed;
  std::uint64_t epoch_before = 0;
  std::uint64_t epoch_after = 0;
  std::int64_t at_ms = 0;
  std::string erase;           ///< "verified-in-place", "best-effort" or "tpm-nv"
  std::uint64_t sequence = 0;  ///< The commit's number.
  std::vector<ShredDocument> documents;
  /// Buckets with versions that were removed earlier and are erased only now.
  std::uint64_t pending_erased = 0;
  /// All of this as one line of JSON, authenticated by the store, with what no erasing here can
  /// reach; empty if nothing was erased. It names in the clear what is gone.
  std::string text;
};

/// Called when something was erased for good: after the erasing is durable, before the call that
/// erased returns, in the thread of that call. Must not write to the store.
using ReceiptSink = std::function<void(const ShredReceipt& receipt)>;

/// The contents of a genuine receipt.
struct ReceiptInfo {
  std::uint64_t sequence = 0;
  std::int64_t at_ms = 0;
  std::uint64_t epoch_before = 0;
  std::uint64_t epoch_after = 0;
  std::string erase;
  std::size_t destroyed_count = 0;
  std::size_t document_count = 0;
};

struct Status {
  std::string store_id;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  std::uint64_t record_count = 0;
  std::uint64_t secret_count = 0;
  std::uint64_t config_count = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t map_bytes = 0;
  /// Buckets, or leaves of split buckets, with removed records that the next shredding erases.
  std::uint64_t pending_shred_buckets = 0;
  /// How many of the 256 bucket keys a rotation has yet to replace; 0: no rotation is under way.
  std::uint64_t buckets_to_rotate = 0;
  std::uint64_t oldest_reader_lag = 0;  ///< Commits that the oldest open reader is behind.
  /// How far the clock is behind the latest time that the store saw. Beyond kClockBehindMaxMs no
  /// value with an expiry is returned, and none can be set, until the clock is right again.
  std::int64_t clock_behind_ms = 0;
  int slot_count = 0;
  std::string erase;
  /// The URI of the anchor; empty: none. A caller who may not administer the store gets only the
  /// scheme, as "file:".
  std::string anchor;
  std::size_t memory_bytes = 0;
  std::size_t memory_locked_bytes = 0;
};

struct VerifyReport {
  std::uint64_t records = 0;
  std::vector<std::string> problems;  ///< Empty: everything opens and the digest agrees.
};

}  // namespace coffer
