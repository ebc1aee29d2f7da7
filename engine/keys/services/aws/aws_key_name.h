// How a key of AWS KMS is named: by its ARN, by its id or by an alias. Which of these may be
// meant by the ARN that a slot keeps is decided here, before the service is asked.
#pragma once

#include <string>
#include <string_view>

namespace coffer::keys {

struct AwsKeyName {
  std::string partition;  ///< This and the next two are empty where it is no ARN.
  std::string region;
  std::string account;
  std::string resource;  ///< "key/ID" or "alias/NAME".

  static AwsKeyName read(std::string_view text);

  bool is_arn() const { return !partition.empty(); }
  bool is_alias() const { return resource.starts_with("alias/"); }
  /// A key of a multi-Region set has the same id, and the same key material, in each region.
  bool is_multi_region() const { return resource.starts_with("key/mrk-"); }
  std::string text() const;
};

/// Whether two ARNs name one key: the same in everything, or replicas of one multi-Region key.
bool is_same_key(const AwsKeyName& a, const AwsKeyName& b);

/// Whether `named`, asked in `region`, may be the key of the ARN `kept`, as far as names can
/// tell. An alias, and an id whose account is not said, may; the service then decides.
bool may_name(const AwsKeyName& named, std::string_view region, const AwsKeyName& kept);

}  // namespace coffer::keys
