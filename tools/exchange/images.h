// What a store holds as export documents tell it, on its way out of one or into one.
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

/// Number 0: the document tells none. No value: the version is expired or destroyed, or is
/// deleted and the document tells the newest versions alone.
using VersionImage = RestoredVersion;

struct SecretImage {
  std::string path;
  std::vector<VersionImage> versions;  ///< Newest first; none where there is only metadata.
  std::uint64_t current_version = 0;
  std::uint64_t oldest_version = 0;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  bool managed = false;       ///< Belongs to a config.
  bool with_history = false;  ///< `versions` are all there are, and not the newest alone.
  MetadataChange metadata;    ///< What the document tells; the rest is unset.
};

/// A config with all secrets that it holds, each with its history.
struct ConfigImage {
  RestoredConfig config;
  std::vector<SecretImage> secrets;
};

/// What is told of a store as a whole.
struct StoreImage {
  std::optional<StoreSettings> settings = {};  ///< Unset: not told.
  std::string policy = {};                     ///< policy_json of it; empty: none is told.
};

}  // namespace coffer::tools
