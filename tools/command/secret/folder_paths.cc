#include "tools/command/secret/folder_paths.h"

#include "tools/command/secret/target.h"

namespace coffer::tools {

Result<std::vector<std::string>> paths_in_folder(const Transaction& txn,
                                                 const std::string& folder) {
  std::vector<std::string> paths;
  // Not exists(): a secret that has only metadata is one, too.
  const Result<Metadata> own = txn.metadata(folder);
  if (own) paths.push_back(folder);
  if (!own && own.error().code() != ErrorCode::not_found) return own.error();
  COFFER_TRY(check_sees_all(txn.hides(folder), folder));
  const ListOptions everything{.recursive = true, .state = ListState::all};
  for (const std::string& path : COFFER_TRY(txn.list(folder, everything))) paths.push_back(path);
  if (paths.empty()) {
    return Error(ErrorCode::not_found, "there is no such secret, and nothing below it")
        .about(Subject::Kind::path, folder);
  }
  if (paths.size() > kFolderSecretsMax) {
    return Error(ErrorCode::limit, "holds more secrets than go at once; nothing was changed",
                 "take its folders one by one: 100,000 secrets go in one transaction")
        .about(Subject::Kind::path, folder)
        .with_number(paths.size());
  }
  return paths;
}

}  // namespace coffer::tools
