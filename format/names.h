// How secrets are named: paths, Airbyte's coordinates, coffer:// references.
//
// Each has one grammar, strict both ways: what parses prints as it was given. Nothing is trimmed,
// folded or guessed.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::format {

/// A path is components with '/' between them. A component is valid UTF-8 without control
/// characters (C0, DEL, C1), and is not empty, "." or "..". Case counts. At most kPathBytesMax
/// bytes. Errors: usage, limit; subject() is the path if a terminal may show it.
Result<void> check_path(std::string_view path);
/// A config's id obeys the rules of a path.
Result<void> check_config_id(std::string_view id);

/// A version of a secret in one word: airbyte_<anything>_v<N>; the base is the secret's path.
struct Coordinate {
  std::string base;
  std::uint64_t version = 0;
  bool operator==(const Coordinate&) const = default;
};
/// Accepts the canonical spelling alone: no sign, no leading zero, N from 1 to 2^64-1, a base that
/// is a path. So print_coordinate gives back what was parsed. nullopt: no coordinate.
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

/// Percent-encoded bytes are decoded. An encoded '/' in the path is refused, because one secret
/// would have two names. Letters outside ASCII and spaces need not be encoded.
/// Errors: usage (grammar, unknown parameter), limit; subject() is the URI if a terminal may show
/// it.
Result<SecretUri> parse_uri(std::string_view text);
/// Everything but letters, digits, "-._~" and the path's '/' is percent-encoded. parse_uri reads
/// it.
std::string print_uri(const SecretUri& uri);

/// Reads what the command line accepts for a secret: a coffer:// URI, a coordinate (its base and
/// its version), or else a path, in which '#' and '?' mean nothing. A coordinate inside a URI is
/// resolved too; a ?version that contradicts it is refused. Errors: usage, limit.
Result<SecretUri> parse_ref(std::string_view text);

}  // namespace coffer::format
