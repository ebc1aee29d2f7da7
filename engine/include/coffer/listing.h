// The filters of a listing, and what it returns for each secret: name and metadata, never a value.
#pragma once

#include <coffer/export.h>
#include <coffer/value.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {

/// The state of a secret's newest version; `empty`: the secret has only metadata.
enum class SecretState : std::uint8_t { live, deleted, expired, destroyed, empty };

/// "live", "deleted" ..., the words for programs.
COFFER_API std::string_view state_name(SecretState state);

enum class ListState : std::uint8_t { standard, live, deleted, expired, all };

/// A secret must pass every filter. A filter that is unset or empty lets every secret pass.
struct ListOptions {
  bool recursive = false;
  ListState state = ListState::standard;  ///< standard: all but expired.
  std::vector<std::string> tags = {};     ///< It has each of them.
  std::optional<std::string> owner = {};
  std::optional<std::string> kind = {};
  std::map<std::string, std::string> custom = {};  ///< It has each of these entries.
  std::int64_t older_than_ms = 0;    ///< Its last update is at least this long ago; 0: any.
  std::int64_t newer_than_ms = 0;    ///< Its last update is less than this long ago; 0: any.
  std::optional<bool> managed = {};  ///< It belongs to a config; false: it does not.
  /// It belongs to a config, and its name holds this workspace (a UUID). Empty: any.
  std::string workspace = {};
};
using FindOptions = ListOptions;

struct ListedSecret {
  std::string path;     ///< The full path; a folder's ends in '/'.
  bool folder = false;  ///< A folder sets no other member but `path`.
  SecretState state = SecretState::live;
  VersionInfo newest;  ///< Version 0: it has no version.
  Metadata metadata;
};

}  // namespace coffer
