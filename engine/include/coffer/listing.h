// What may be asked of a listing, and what it tells of a secret: names and metadata, never a
// value.
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

/// Of a secret's newest version; `empty`: it has only metadata.
enum class SecretState : std::uint8_t { live, deleted, expired, destroyed, empty };

/// "live", "deleted" ... as programs are told it.
COFFER_API std::string_view state_name(SecretState state);

enum class ListState : std::uint8_t { standard, live, deleted, expired, all };

/// Of several filters a secret passes all. What is unset or empty filters nothing.
struct ListOptions {
  bool recursive = false;
  ListState state = ListState::standard;  ///< standard: all but expired.
  std::vector<std::string> tags = {};     ///< It has each of them.
  std::optional<std::string> owner = {};
  std::optional<std::string> kind = {};
  std::map<std::string, std::string> custom = {};  ///< It has each of these entries.
  std::int64_t older_than_ms = 0;    ///< Its last update is at least so long ago; 0: any.
  std::int64_t newer_than_ms = 0;    ///< Its last update is less long ago; 0: any.
  std::optional<bool> managed = {};  ///< It is a config's; false: it is not.
  /// It is a config's and its name tells of this workspace (a UUID). Empty: of any.
  std::string workspace = {};
};
using FindOptions = ListOptions;

struct ListedSecret {
  std::string path;     ///< In full; a folder's ends in '/'.
  bool folder = false;  ///< Then nothing else is set.
  SecretState state = SecretState::live;
  VersionInfo newest;  ///< Version 0: there is none.
  Metadata metadata;
};

}  // namespace coffer
