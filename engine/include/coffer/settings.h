// Settings of a whole store, or of a part of it; kept in the store, the same for every process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

/// What a rule says about white space in a name: Unicode's, and the separators of ASCII.
enum class WhiteSpace : std::uint8_t {
  allowed = 0,
  not_alone = 1,  ///< A name must hold something else as well.
  forbidden = 2,
};

/// What one name must look like. A rule that sets nothing allows any name.
struct NameRule {
  /// The characters that a name may hold: ASCII, single or as ranges, a literal '-' at the end, as
  /// in "a-z0-9-". At most 64 bytes, no blanks. Empty: any character.
  std::string characters{};
  std::string ends{};           ///< Those that may be first and last, in the same form; empty: all.
  std::uint32_t bytes_min = 0;  ///< Both at most 1,024.
  std::uint32_t bytes_max = 0;  ///< 0: as long as a path may be.
  WhiteSpace white_space = WhiteSpace::allowed;
  bool operator==(const NameRule&) const = default;
};

/// Further rules for the names of values, beyond those for every path. They are checked when
/// something is written; what exists already can still be read, deleted and moved away.
struct NameRules {
  NameRule components{};  ///< The parts of a path, between two '/'.
  NameRule fields{};      ///< The names of a JSON object's members.
  bool operator==(const NameRules&) const = default;
};

/// A folder with settings of its own; if two have the same setting, the longer prefix wins.
struct ScopeSettings {
  std::string prefix;  ///< A path: the settings hold for it and all below it.
  std::optional<std::uint64_t> value_bytes_max{};
  std::optional<NameRules> names{};
  bool operator==(const ScopeSettings&) const = default;
};

struct StoreSettings {
  /// How many versions of a secret are kept. 0: unset. The larger of the secret's own and the
  /// store's counts; 10 if neither is set. A lower number trims at a secret's next write.
  std::uint32_t max_versions = 0;
  bool cas_required = false;  ///< Every put must give `cas`.
  /// Set on new versions. The smaller of the secret's own and the store's counts. 0: unset;
  /// negative: secrets' own are switched off too.
  std::int64_t delete_version_after_ms = 0;
  std::uint64_t value_bytes_max = std::uint64_t{1} << 20;  ///< One version; at most 16 MiB.
  NameRules names{};
  std::vector<ScopeSettings> scopes{};  ///< At most 64, each prefix once; any order.
  /// Every read of a value leaves a record in the audit log before the value is returned; if the
  /// record fails, so does the read. Each read costs a durable write.
  bool audit_reads = false;
  std::int64_t audit_keep_ms = 0;        ///< A sweep removes older records; 0: removes none.
  std::uint64_t audit_keep_records = 0;  ///< A sweep keeps this many of the newest; 0: all.
  bool operator==(const StoreSettings&) const = default;
};

}  // namespace coffer
