// What a store answers: what was erased, what it holds, what is wrong with it. Times are ms since
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
  // Of a sweep's report only.
  std::string kind = {};           ///< "secret", "config" or "check": who made it.
  std::int64_t created_at_ms = 0;  ///< When the version was written.
  std::int64_t since_ms = 0;       ///< When its time was over, or nobody used it any more.
};

struct SweepReport {
  bool dry_run = false;
  std::vector<SweptVersion> swept;
  /// Of a full one: what the indexes said wrongly, a line each. Empty in a sound store.
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
  std::uint64_t sequence = 0;  ///< Of the commit.
  std::vector<ShredDocument> documents;
  /// Buckets in which versions had been removed before and were waiting to be erased: they are.
  std::uint64_t pending_erased = 0;
  /// All of this as one line of JSON, with what is out of reach of any erasing here, and
  /// authenticated by the store; empty where nothing was erased. Names what is gone in the clear.
  std::string text;
};

/// Called where something was erased for good, after that is durable and before the call that did
/// it returns, in its thread. Must not write to the store.
using ReceiptSink = std::function<void(const ShredReceipt& receipt)>;

/// What a receipt that was found genuine says.
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
  /// Buckets, or leaves of buckets that were split, from which something was removed that the
  /// next shredding erases.
  std::uint64_t pending_shred_buckets = 0;
  /// Of 256 buckets, those whose keys a rotation under way has yet to replace; 0: there is none.
  std::uint64_t buckets_to_rotate = 0;
  std::uint64_t oldest_reader_lag = 0;  ///< Commits that the oldest open reader is behind.
  /// How far the clock is behind the latest time that was seen. Beyond kClockBehindMaxMs nothing
  /// that has an end is returned, and none can be set, until the clock is right again.
  std::int64_t clock_behind_ms = 0;
  int slot_count = 0;
  std::string erase;
  /// The URI of its anchor; empty: it has none. A caller that may not administer the store gets
  /// the scheme alone, as "file:".
  std::string anchor;
  std::size_t memory_bytes = 0;
  std::size_t memory_locked_bytes = 0;
};

struct VerifyReport {
  std::uint64_t records = 0;
  std::vector<std::string> problems;  ///< Empty: everything opens and the digest agrees.
};

}  // namespace coffer
