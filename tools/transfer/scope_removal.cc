#include "tools/transfer/scope_removal.h"

#include "tools/command/consent/trial.h"
#include "tools/command/secret/folder_paths.h"

namespace coffer::tools {
namespace {

// Collects all refused paths into one error, so that the user need not run the command once for
// each.
Result<void> erase_all(Transaction& txn, const std::vector<std::string>& paths) {
  std::string refused, users;
  for (const std::string& path : paths) {
    const Result<void> gone = txn.erase(path);
    if (!gone && gone.error().code() != ErrorCode::in_use) return gone;
    if (gone) continue;
    refused += (refused.empty() ? "" : ", ") + path;
    if (gone.error().users().empty()) continue;
    users.append(users.empty() ? "" : "; ").append(path).append(" by ");
    users.append(gone.error().users());
  }
  if (refused.empty()) return {};
  return Error(ErrorCode::in_use,
               "these are in use by something or belong to a config; nothing "
               "was removed",
               "find out by whom: coffer refs PATH, for each of them")
      .about(Subject::Kind::path, refused)
      .with_users(users);
}

}  // namespace

std::string scope_removal_text() {
  return "--recursive removes everything or nothing: secrets in use (coffer refs) are named "
         "and "
         "refused with\n9. At most " +
         std::to_string(kFolderSecretsMax) +
         " secrets can be removed at once. `coffer list PREFIX -r --long --older-than 180d` lists "
         "secrets\n"
         "that nobody has written for long, such as those of a former job or team.";
}

Result<std::vector<std::string>> remove_scope(Store& store, const std::string& prefix,
                                              bool dry_run) {
  std::vector<std::string> paths;
  COFFER_TRY(write_or_try(store, dry_run, [&](Transaction& txn) -> Result<void> {
    paths = COFFER_TRY(paths_in_folder(txn, prefix));
    return erase_all(txn, paths);
  }));
  return paths;
}

}  // namespace coffer::tools
