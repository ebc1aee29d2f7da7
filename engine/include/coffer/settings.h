// Settings of a whole store, or of a part of it; kept in the store, the same for every process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

/// Which names a value may be put under, beyond what every path must hold to. Checked when
/// something is written; what stands already is read, deleted and moved away as before.
enum class NameProfile : std::uint8_t {
  core = 1,  ///< Any path, any field name.
  /// No component of the path is blank; no field name of a JSON object has whitespace.
  vdk = 2,
  /// Components of a to z, 0 to 9 and '-' within, 2 to 48 long; field names of A to Z, a to z,
  /// 0 to 9, '-', '_' and '.'.
  dataos = 3,
};

/// A folder with settings of its own; where two hold the same setting, the longer prefix wins.
struct ScopeSettings {
  std::string prefix;  ///< A path: it and all below it.
  std::optional<std::uint64_t> value_bytes_max{};
  std::optional<NameProfile> names{};
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
  NameProfile names = NameProfile::core;
  std::vector<ScopeSettings> scopes{};  ///< At most 64, each prefix once; any order.
  /// Every read of a value leaves a record in the audit log before the value is handed out, or
  /// is refused where that fails: each costs a durable write.
  bool audit_reads = false;
  std::int64_t audit_keep_ms = 0;        ///< A sweep removes older audit records; 0: none.
  std::uint64_t audit_keep_records = 0;  ///< A sweep leaves so many of the newest; 0: all.
  bool operator==(const StoreSettings&) const = default;
};

}  // namespace coffer
