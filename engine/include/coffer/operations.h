// What the operations on secrets take and give, whoever carries them out: a Store, a
// transaction, a snapshot. Times are ms since 1970 UTC, 0 = unset; durations are ms.
#pragma once

#include <coffer/listing.h>
#include <coffer/metadata.h>
#include <coffer/value.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

inline constexpr std::int64_t kTtlMaxMs = std::int64_t{365'000} * 24 * 60 * 60 * 1000;

struct PutOptions {
  std::optional<std::uint64_t> cas = {};  ///< Current version must be this; 0 = must not exist.
  std::int64_t ttl_ms = 0;                ///< 0: does not expire.
  std::int64_t expires_at_ms = 0;         ///< In place of ttl_ms; 0: does not expire.
  /// Made with the version, as put_metadata makes it; what is unset stays as it is.
  MetadataChange metadata = {};
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

/// One use of a secret.
struct ReferenceInfo {
  std::string target;         ///< The secret's path.
  std::uint64_t version = 0;  ///< 0: whatever is current.
  std::string user_kind;      ///< "config" or "external".
  std::string user;           ///< A config's id, or the name that add_reference was given.
};

}  // namespace coffer
