// How secrets are named: paths, Airbyte's coordinates, coffer:// references.
//
// One grammar each, strict both ways: what parses prints as it was given, and
// nothing is trimmed, folded or guessed.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::format {

/// A path: components parted by '/', each of any UTF-8 but control characters (C0, DEL, C1), none
/// empty, none "." or "..". Case counts. At most kPathBytesMax bytes.
/// Errors: usage, limit; subject() is the path where a terminal may show it.
Result<void> check_path(std::string_view path);
/// A config's id obeys the rules of a path.
Result<void> check_config_id(std::string_view id);

/// A version of a secret in one word: airbyte_<anything>_v<N>; the base is the secret's path.
struct Coordinate {
  std::string base;
  std::uint64_t version = 0;
  bool operator==(const Coordinate&) const = default;
};
/// Canonical spellings only: no sign, no leading zero, N from 1 to 2^64-1, a base that is a path.
/// So print_coordinate gives back what was parsed, and other text is no coordinate.
std::optional<Coordinate> parse_coordinate(std::string_view text);
std::string print_coordinate(const Coordinate& coordinate);

/// The base of a coordinate that a store mints: airbyte_workspace_<uuid>_secret_<uuid>.
struct ManagedName {
  std::string workspace;
  std::string secret;
  bool operator==(const ManagedName&) const = default;
};
std::optional<ManagedName> parse_managed_name(std::string_view base);
std::string print_managed_name(const ManagedName& name);
/// Lower-case hexadecimal, 8-4-4-4-12; any version of UUID.
bool is_uuid(std::string_view text);

/// coffer://path[?version=N][#field]
struct SecretUri {
  std::string path;
  std::uint64_t version = 0;  ///< 0: the current one.
  std::optional<std::string> field;
  bool operator==(const SecretUri&) const = default;
};
inline constexpr std::string_view kUriScheme = "coffer://";

/// Percent-encoded bytes are decoded; an encoded '/' in the path is refused, for it would be two
/// names for one secret. Letters outside ASCII and spaces may stand as they are.
/// Errors: usage (grammar, unknown parameter), limit; subject() is the URI where it may be shown.
Result<SecretUri> parse_uri(std::string_view text);
/// All but letters, digits, "-._~" and the path's '/' percent-encoded. parse_uri takes it back.
std::string print_uri(const SecretUri& uri);

/// What the command line takes for a secret: a coffer:// URI, a coordinate (its base and its
/// version), else a path, literally: '#' and '?' are letters in it. A coordinate inside a URI is
/// resolved too; a ?version that contradicts it is refused. Errors: usage, limit.
Result<SecretUri> parse_ref(std::string_view text);

}  // namespace coffer::format
