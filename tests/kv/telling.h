// Prints versions and metadata in one spelling for both drivers.
#pragma once

#include <coffer/value.h>

#include <string>
#include <vector>

namespace kv {

inline std::string tell_versions(const std::vector<coffer::VersionInfo>& versions,
                                 std::int64_t now_ms) {
  std::string text;
  for (const coffer::VersionInfo& version : versions) {
    if (!text.empty()) text += ' ';
    text += std::to_string(version.version);
    if (version.destroyed) {
      text += 'x';
    } else if (version.deletion_at_ms != 0 && version.deletion_at_ms <= now_ms) {
      text += 'd';
    }
  }
  return text;
}

inline std::string tell_metadata(const coffer::Metadata& metadata) {
  std::string text;
  const auto say = [&text](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  const auto joined = [](const auto& words) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ",") + word;
    return list;
  };
  if (metadata.max_versions != 0) say("max=" + std::to_string(metadata.max_versions));
  if (metadata.cas_required) say("cas");
  if (metadata.delete_version_after_ms != 0)
    say("after=" + std::to_string(metadata.delete_version_after_ms / 1000) + "s");
  if (!metadata.owner.empty()) say("owner=" + metadata.owner);
  if (!metadata.tags.empty()) say("tags=" + joined(metadata.tags));
  if (!metadata.kind.empty()) say("kind=" + metadata.kind);
  std::vector<std::string> pairs;
  for (const auto& [key, value] : metadata.custom) pairs.push_back(key + "=" + value);
  if (!pairs.empty()) say("custom(" + joined(pairs) + ")");
  return text;
}

inline std::string tell_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

}  // namespace kv
