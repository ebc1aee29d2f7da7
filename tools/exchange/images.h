// Secrets as export documents tell them, on their way out of a store or into one.
#pragma once

#include <coffer/metadata.h>
#include <coffer/operations.h>
#include <coffer/value.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer::tools {

/// Number 0: the document tells none. No value: the version is deleted, expired or destroyed.
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

}  // namespace coffer::tools
