// Changes of a secret's settings and metadata.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

/// What to change; members that are unset stay as they are. To reset a member, set it to its
/// default: 0, false, "" or an empty list.
///
/// Limits: description 1,024 bytes, owner 128, 64 tags of 1 to 128 bytes, 64 custom entries
/// with keys of 1 to 128 and values of 1 to 512 bytes; all texts are printable UTF-8.
struct MetadataChange {
  /// 0: unset. The larger of the secret's own and the store's counts.
  std::optional<std::uint32_t> max_versions{};
  std::optional<bool> cas_required{};
  std::optional<std::int64_t> delete_version_after_ms{};  ///< 0: only the store's setting counts.
  /// What the value must look like: "", "generic", "password", "key", "token", "key-value",
  /// "key-value-properties", "certificate" or "docker-config".
  std::optional<std::string> kind{};
  std::optional<std::string> description{};
  std::optional<std::string> owner{};
  std::optional<std::vector<std::string>> tags{};              ///< Replaces all; each tag once.
  std::optional<std::map<std::string, std::string>> custom{};  ///< Replaces all.
  std::map<std::string, std::optional<std::string>> custom_patch{};  ///< nullopt removes the key.
  /// Metadata::revision must be this; 0: no metadata was ever set.
  std::optional<std::uint64_t> metadata_cas{};
  /// Copied with owner and tags from another store (Metadata::marked_by, marks_doubted); without
  /// owner and tags they change nothing. A caller without `admin` can add a doubt by them, but
  /// remove none.
  std::optional<std::string> marked_by{};
  std::optional<bool> marks_doubted{};

  bool operator==(const MetadataChange&) const = default;
};

}  // namespace coffer
