#include "keys/services/aws/aws_key_name.h"

#include <algorithm>

namespace coffer::keys {
namespace {

std::string_view up_to_colon(std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find(':'));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return part;
}

}  // namespace

// arn:PARTITION:kms:REGION:ACCOUNT:key/ID
AwsKeyName AwsKeyName::read(std::string_view text) {
  AwsKeyName name;
  constexpr std::string_view kArn = "arn:";
  if (!text.starts_with(kArn)) {
    name.resource = text.starts_with("alias/") ? std::string(text) : "key/" + std::string(text);
    return name;
  }
  text.remove_prefix(kArn.size());
  name.partition = up_to_colon(text);
  up_to_colon(text);  // The service.
  name.region = up_to_colon(text);
  name.account = up_to_colon(text);
  name.resource = text;
  return name;
}

std::string AwsKeyName::text() const {
  return "arn:" + partition + ":kms:" + region + ":" + account + ":" + resource;
}

bool is_same_key(const AwsKeyName& a, const AwsKeyName& b) {
  return a.is_arn() && a.partition == b.partition && a.account == b.account &&
         a.resource == b.resource && (a.region == b.region || a.is_multi_region());
}

bool may_name(const AwsKeyName& named, std::string_view region, const AwsKeyName& kept) {
  if (!kept.is_arn() || !kept.resource.starts_with("key/")) return false;
  if (named.is_arn() && (named.partition != kept.partition || named.account != kept.account))
    return false;
  if (!named.is_alias() && named.resource != kept.resource) return false;
  return kept.region == region || kept.is_multi_region();
}

}  // namespace coffer::keys
