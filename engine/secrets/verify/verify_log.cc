#include "secrets/verify/verify_log.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace coffer::secrets {
namespace {

using format::Action;

struct LastWord {
  Action action = Action::put;
  std::int64_t at_ms = 0;
};
using OfVersions = std::map<std::uint64_t, LastWord>;
using OfPaths = std::map<std::string, OfVersions>;

void hear(OfPaths& told, const format::AuditItem& item, std::int64_t at_ms) {
  switch (item.action) {
    case Action::put:
    case Action::patch:
    case Action::rollback:
    case Action::soft_delete:
    case Action::undelete:
    case Action::destroy:
    case Action::expire:
    case Action::trim:
      if (item.version != 0) told[item.name][item.version] = {item.action, at_ms};
      break;
    // The log does not describe the versions that have this name from now on.
    case Action::erase:
    case Action::move:
    case Action::copy: told.erase(item.name); break;
    default: break;
  }
}

// How a version contradicts the last item about it; empty: it does not.
std::string_view wrong_with(const VersionInfo* info, const LastWord& word) {
  const bool is_over = word.action == Action::destroy || word.action == Action::expire;
  // The log has no item for the trimming of a destroyed version.
  if (info == nullptr) return is_over || word.action == Action::trim ? "" : "is missing";
  if (word.action == Action::trim) return "is back although it was trimmed";
  if (is_over) return info->destroyed ? "" : "is as it was before it was destroyed";
  if (word.action == Action::soft_delete && info->deletion_at_ms == 0)
    return "is as it was before it was deleted";
  const bool was_deleted = info->deletion_at_ms != 0 && info->deletion_at_ms <= word.at_ms;
  if (word.action == Action::undelete && was_deleted) return "is as it was before it was undeleted";
  return "";
}

// The versions that exist, even if some are missing.
Result<std::vector<VersionInfo>> rows_of(const Reading& reading, std::string_view path) {
  const format::PathHash hash = reading.cipher().hash(format::Kind::secret, path);
  std::vector<VersionInfo> rows;
  const auto add = [&](const Located& located) -> Result<bool> {
    COFFER_TRY(reading.authenticate(hash, located));
    rows.push_back(info_of(located));
    return true;
  };
  COFFER_TRY(reading.each_version(hash, UINT64_MAX, add));
  return rows;
}

Result<void> compare(const Reading& reading, const std::string& path, const OfVersions& told,
                     std::vector<std::string>& found) {
  const auto rows = rows_of(reading, path);
  if (!rows) {
    if (rows.error().code() == ErrorCode::io) return rows.error();
    return {};  // Reported already, as a record that does not open.
  }
  for (const auto& [version, word] : told) {
    const auto at = std::find_if(rows->begin(), rows->end(),
                                 [&](const VersionInfo& each) { return each.version == version; });
    const VersionInfo* info = at == rows->end() ? nullptr : &*at;
    const std::string_view wrong = wrong_with(info, word);
    if (wrong.empty()) continue;
    found.push_back(path + ": version " + std::to_string(version) + " " + std::string(wrong) +
                    ", according to the audit log");
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> told_otherwise(const Reading& reading) {
  OfPaths told;
  COFFER_TRY(
      reading.walk_audit([&](std::uint64_t, const format::AuditRecord& record) -> Result<bool> {
        if (record.refused_with != 0) return true;
        for (const format::AuditItem& item : record.items) hear(told, item, record.at_ms);
        return true;
      }));
  std::vector<std::string> found;
  for (const auto& [path, versions] : told) COFFER_TRY(compare(reading, path, versions, found));
  return found;
}

}  // namespace coffer::secrets
