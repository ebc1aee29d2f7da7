// What is kept of a resource that uses secrets: which, of which version; nothing else of it.
#pragma once

#include <coffer/result.h>
#include <coffer/value.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

/// Members of a resource's custom metadata.
inline constexpr std::string_view kAclEntry = "acl";
inline constexpr std::string_view kLayerEntry = "layer";
inline constexpr std::string_view kVersionEntry = "resource-version";
/// The type of a secret, if DataOS has another word for it than its kind.
inline constexpr std::string_view kTypeEntry = "secret-type";

/// How a secret is used that the system pulls images by: no program gets any of it.
inline constexpr std::string_view kImagePull = "imagePull";

struct UsedSecret {
  std::string path;
  std::uint64_t version = 0;  ///< That was current when the resource was applied.
  std::string acl;            ///< Empty: it has none.
  std::string consumption;
  bool all_keys = false;
  std::vector<std::string> keys;
};

/// {"user", "secrets": [{"path", "version", "acl", "consumptionType", "allKeys", "keys"}]}
struct UsageRecord {
  std::string user;  ///< As whom it is registered with the secrets.
  std::vector<UsedSecret> used;

  Result<Value> value() const;
  /// Errors: usage (it was put by hand, and is no such record).
  static Result<UsageRecord> parse(const Value& value);
};

/// Whether such a record is kept at this path: it is no secret that anybody would want to have.
bool is_usage_record(std::string_view path, const Metadata& metadata);

}  // namespace coffer::tools
