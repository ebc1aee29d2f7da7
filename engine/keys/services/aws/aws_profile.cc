#include "keys/services/aws/aws_profile.h"

#include <algorithm>
#include <utility>

#include "text/ascii.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// "[profile a]" -> "a" in the file of configuration, where `[default]` alone has no such word;
// "[a]" -> "a" in the file of credentials. nullopt: no profile's part.
std::optional<std::string_view> profile_of(std::string_view line, bool is_config) {
  constexpr std::string_view kWord = "profile";
  line = ascii::trimmed(line.substr(1, line.size() - 2), kBlanks);
  if (!is_config || line == "default") return line;
  if (!line.starts_with(kWord)) return std::nullopt;
  line.remove_prefix(kWord.size());
  if (line.empty() || (line.front() != ' ' && line.front() != '\t')) return std::nullopt;
  line = ascii::trimmed(line, kBlanks);
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"')
    line = line.substr(1, line.size() - 2);
  return line;
}

std::string named_or_in_home(const Surroundings& around, const char* variable,
                             std::string_view path) {
  return around.has(variable) ? around.text(variable) : around.in_home(path);
}

}  // namespace

void AwsProfile::set(std::string_view name, std::string_view value, const std::string& file) {
  values_.insert_or_assign(ascii::lowered(name), Setting{SecretBytes::copy_of(value), file});
}

AwsFiles::File AwsFiles::read_one(std::string path, bool is_config) {
  File file{std::move(path), {}, is_config};
  if (file.path.empty()) return file;
  if (auto content = read_credential_file(file.path)) file.content = std::move(*content);
  return file;
}

AwsFiles AwsFiles::read(const Surroundings& around) {
  AwsFiles files;
  files.config_ = read_one(named_or_in_home(around, "AWS_CONFIG_FILE", ".aws/config"), true);
  files.credentials_ =
      read_one(named_or_in_home(around, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"), false);
  return files;
}

// Whether the file has a part for the profile, whose lines go to `found`.
bool AwsFiles::collect(const File& file, std::string_view name, AwsProfile& found) {
  std::string_view text = file.content.text();
  bool is_there = false;
  bool is_ours = false;
  bool holds_more = false;  // `s3 =` and what is indented below it.
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view whole = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view line = ascii::trimmed(whole, kBlanks);
    if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
    if (line.starts_with('[') && line.ends_with(']')) {
      is_ours = profile_of(line, file.is_config) == name;
      is_there = is_there || is_ours;
      holds_more = false;
      continue;
    }
    const bool is_indented = whole.front() == ' ' || whole.front() == '\t';
    const std::size_t equals = line.find('=');
    if (!is_ours || equals == std::string_view::npos || (is_indented && holds_more)) continue;
    const std::string_view value = ascii::trimmed(line.substr(equals + 1), kBlanks);
    holds_more = value.empty();
    found.set(ascii::trimmed(line.substr(0, equals), kBlanks), value, file.path);
  }
  return is_there;
}

std::optional<AwsProfile> AwsFiles::profile(std::string_view name) const {
  AwsProfile found;
  const bool is_configured = collect(config_, name, found);
  const bool has_credentials = collect(credentials_, name, found);
  if (!is_configured && !has_credentials) return std::nullopt;
  return found;
}

std::string aws_profile_name(const Surroundings& around) {
  return around.has("AWS_PROFILE") ? around.text("AWS_PROFILE") : "default";
}

std::string aws_region(const Surroundings& around) {
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (around.has(variable)) return around.text(variable);
  const auto profile = AwsFiles::read(around).profile(aws_profile_name(around));
  return profile ? std::string(profile->get("region")) : std::string();
}

}  // namespace coffer::keys
