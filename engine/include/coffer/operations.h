// What the operations on secrets take and give, whoever carries them out: a Store, a
// transaction, a snapshot. Times are ms since 1970 UTC, 0 = unset; durations are ms.
#pragma once

#include <coffer/listing.h>
#include <coffer/value.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

inline constexpr std::int64_t kTtlMaxMs = std::int64_t{365'000} * 24 * 60 * 60 * 1000;

struct PutOptions {
  std::optional<std::uint64_t> cas = {};  ///< Current version must be this; 0 = must not exist.
  std::int64_t ttl_ms = 0;                ///< 0: does not expire.
  std::int64_t expires_at_ms = 0;         ///< In place of ttl_ms; 0: does not expire.
  std::optional<std::map<std::string, std::string>> custom = {};  ///< Replaces the old.
  // Unset: as they are. What they may be: MetadataChange.
  std::optional<std::string> kind = {};
  std::optional<std::string> description = {};
  std::optional<std::string> owner = {};
  std::optional<std::vector<std::string>> tags = {};
};

/// One version of a secret that comes from elsewhere; `info` as the history there tells it.
struct RestoredVersion {
  VersionInfo info;
  std::optional<Value> value;  ///< None: it comes in as a destroyed one.
};

struct History {
  std::string path;
  std::uint64_t current_version = 0;
  /// As KV v2 tells it: 0 until max_versions are there for the first time, then the lowest kept.
  /// A max_versions that was lowered moves it with the next write, which trims.
  std::uint64_t oldest_version = 0;
  std::vector<VersionInfo> versions;  ///< Newest first.
};

/// Who uses a secret.
struct ReferenceInfo {
  std::string target;
  std::uint64_t version = 0;  ///< 0: whatever is current.
  std::string user_kind;
  std::string user;
};

struct SweptVersion {
  std::string path;
  std::uint64_t version = 0;
  std::string why;  ///< "expired" or "unreachable"
  // Of a sweep's report only.
  std::string kind = {};           ///< "secret", "config" or "check": who made it.
  std::int64_t created_at_ms = 0;  ///< When the version was written.
  std::int64_t since_ms = 0;       ///< When its time was over, or nobody used it any more.
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

}  // namespace coffer
