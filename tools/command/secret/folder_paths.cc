#include "tools/command/secret/folder_paths.h"

#include "tools/command/secret/target.h"

namespace coffer::tools {

Result<std::vector<std::string>> paths_in_folder(const Transaction& txn,
                                                 const std::string& folder) {
  std::vector<std::string> paths;
  // Not exists(): a secret with metadata and no version counts too.
  const Result<Metadata> own = txn.metadata(folder);
  if (own) paths.push_back(folder);
  if (!own && own.error().code() != ErrorCode::not_found) return own.error();
  COFFER_TRY(check_sees_all(txn.hides(folder), folder));
  const ListOptions everything{.recursive = true, .state = ListState::all};
  for (const std::string& path : COFFER_TRY(txn.list(folder, everything))) paths.push_back(path);
  if (paths.empty()) {
    return Error(ErrorCode::not_found, "no secret has this path, and nothing is below it")
        .about(Subject::Kind::path, folder);
  }
  if (paths.size() > kFolderSecretsMax) {
    return Error(ErrorCode::limit,
                 "holds too many secrets for one transaction; nothing was changed",
                 "take its folders one by one: a transaction takes up to 100,000 secrets")
        .about(Subject::Kind::path, folder)
        .with_number(paths.size());
  }
  return paths;
}

}  // namespace coffer::tools
