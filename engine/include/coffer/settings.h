// Settings of a whole store, or of a part of it; kept in the store, the same for every process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

/// What a rule says of white space in a name: Unicode's, and the separators of ASCII.
enum class WhiteSpace : std::uint8_t {
  allowed = 0,
  not_alone = 1,  ///< A name has something else besides.
  forbidden = 2,
};

/// What one name must look like. A rule that sets nothing allows any name.
struct NameRule {
  /// The characters that a name may have: ASCII, single or as ranges, a '-' by itself at the end,
  /// as in "a-z0-9-". At most 64 bytes, no blanks. Empty: any character.
  std::string characters{};
  std::string ends{};           ///< Those that may stand first and last, written alike; empty: all.
  std::uint32_t bytes_min = 0;  ///< At most 1,024, as bytes_max.
  std::uint32_t bytes_max = 0;  ///< 0: as long as a path may be.
  WhiteSpace white_space = WhiteSpace::allowed;
  bool operator==(const NameRule&) const = default;
};

/// Which names a value may be put under, beyond what every path must hold to. Checked when
/// something is written; what stands already is read, deleted and moved away as before.
struct NameRules {
  NameRule components{};  ///< Of a path: what stands between two '/'.
  NameRule fields{};      ///< The names of a JSON object's members.
  bool operator==(const NameRules&) const = default;
};

/// A folder with settings of its own; where two hold the same setting, the longer prefix wins.
struct ScopeSettings {
  std::string prefix;  ///< A path: it and all below it.
  std::optional<std::uint64_t> value_bytes_max{};
  std::optional<NameRules> names{};
  bool operator==(const ScopeSettings&) const = default;
};

struct StoreSettings {
  /// How many versions of a secret are kept. 0: unset. Of a secret's own and the store's the
  /// larger counts; 10 where neither is set. A lower number trims at a secret's next write.
  std::uint32_t max_versions = 0;
  bool cas_required = false;  ///< Every put must give `cas`.
  /// Stamped on new versions; of a secret's and the store's the smaller counts. 0: no such
  /// time; negative: secrets' own are switched off too.
  std::int64_t delete_version_after_ms = 0;
  std::uint64_t value_bytes_max = std::uint64_t{1} << 20;  ///< Of one version; at most 16 MiB.
  NameRules names{};
  std::vector<ScopeSettings> scopes{};  ///< At most 64, each prefix once; any order.
  /// Every read of a value leaves a record in the audit log before the value is handed out, or
  /// is refused where that fails: each costs a durable write.
  bool audit_reads = false;
  std::int64_t audit_keep_ms = 0;        ///< A sweep removes older audit records; 0: none.
  std::uint64_t audit_keep_records = 0;  ///< A sweep leaves so many of the newest; 0: all.
  bool operator==(const StoreSettings&) const = default;
};

}  // namespace coffer
