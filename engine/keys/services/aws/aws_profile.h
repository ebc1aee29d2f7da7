// The files that AWS's own tools keep for a user: ~/.aws/config with [profile NAME] and
// ~/.aws/credentials with [NAME], where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name no
// others. What both say of one profile, the latter says.
#pragma once

#include <coffer/secret_bytes.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "keys/services/service.h"

namespace coffer::keys {

/// `name = value` lines; names are compared without regard to case.
class AwsProfile {
 public:
  /// "" where it is not set.
  std::string_view get(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view() : found->second.value.text();
  }
  bool has(std::string_view name) const { return !get(name).empty(); }
  /// The file that says it; the name must be set.
  const std::string& file_of(std::string_view name) const {
    return values_.find(name)->second.file;
  }
  void set(std::string_view name, std::string_view value, const std::string& file);

 private:
  struct Setting {
    SecretBytes value;
    std::string file;
  };
  std::map<std::string, Setting, std::less<>> values_;
};

class AwsFiles {
 public:
  /// A file that is not there says nothing.
  static AwsFiles read(const Surroundings& around);
  /// nullopt: neither file has such a profile.
  std::optional<AwsProfile> profile(std::string_view name) const;

 private:
  struct File {
    std::string path;
    SecretBytes content;
    bool is_config = false;
  };
  static File read_one(std::string path, bool is_config);
  static bool collect(const File& file, std::string_view name, AwsProfile& found);
  File config_;
  File credentials_;
};

/// AWS_PROFILE, else `default`.
std::string aws_profile_name(const Surroundings& around);
/// AWS_REGION, AWS_DEFAULT_REGION, the profile's region; "" where nothing says it.
std::string aws_region(const Surroundings& around);

}  // namespace coffer::keys
