// The content of a store as export documents hold it.
#pragma once

#include <coffer/metadata.h>
#include <coffer/operations.h>
#include <coffer/restore.h>
#include <coffer/settings.h>
#include <coffer/value.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer::tools {

/// Number 0: the document has no number. No value: the version is expired or destroyed, or it is
/// deleted and the document holds only the newest versions.
using VersionImage = RestoredVersion;

struct SecretImage {
  std::string path;
  std::vector<VersionImage> versions;  ///< Newest first; empty if there is only metadata.
  std::uint64_t current_version = 0;
  std::uint64_t oldest_version = 0;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  bool managed = false;       ///< Belongs to a config.
  bool with_history = false;  ///< `versions` holds all versions, not only the newest.
  MetadataChange metadata;    ///< The members in the document; others are unset.
};

/// A config with the secrets that it holds, each with its history.
struct ConfigImage {
  RestoredConfig config;
  std::vector<SecretImage> secrets;
};

/// Facts about a store as a whole.
struct StoreImage {
  std::optional<StoreSettings> settings = {};  ///< Unset: not in the document.
  std::string policy = {};                     ///< As policy_json writes it; empty: none.
};

}  // namespace coffer::tools
