// What the operations on secrets take and return, on a Store, a transaction or a snapshot. Times
// are ms since 1970 UTC, 0 = unset; durations are ms.
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
  /// Made together with the version, as by put_metadata; unset members stay as they are.
  MetadataChange metadata = {};
};

/// One version of a secret from another store; `info` as in the history there.
struct RestoredVersion {
  VersionInfo info;
  std::optional<Value> value;  ///< None: the version comes in as destroyed.
};

struct History {
  std::string path;
  std::uint64_t current_version = 0;
  /// As in KV v2: 0 until max_versions are there for the first time, then the lowest kept. After
  /// max_versions was lowered, the next write trims and moves it.
  std::uint64_t oldest_version = 0;
  std::vector<VersionInfo> versions;  ///< Newest first.
};

/// One use of a secret.
struct ReferenceInfo {
  std::string target;         ///< The secret's path.
  std::uint64_t version = 0;  ///< 0: whichever is current.
  std::string user_kind;      ///< "config" or "external".
  std::string user;           ///< A config's id, or the name given to add_reference.
};

}  // namespace coffer
