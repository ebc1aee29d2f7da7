#include "tools/transfer/folder_relocation.h"

#include "tools/command/secret/folder_paths.h"

namespace coffer::tools {
namespace {

bool lies_within(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

}  // namespace

Result<std::vector<std::string>> relocate_folder(Store& store, Relocation how,
                                                 const std::string& from, const std::string& to) {
  if (lies_within(to, from) || lies_within(from, to)) {
    return Error(ErrorCode::usage,
                 "a folder cannot be moved or copied into itself or into a folder above it")
        .about(Subject::Kind::path, to);
  }
  std::vector<std::string> targets;
  COFFER_TRY(store.transaction([&](Transaction& txn) -> Result<void> {
    targets.clear();
    for (const std::string& path : COFFER_TRY(paths_in_folder(txn, from))) {
      const std::string target = to + path.substr(from.size());
      Result<void> gone = how == Relocation::move ? txn.move(path, target) : txn.copy(path, target);
      if (!gone && gone.error().subject() == nullptr)
        return std::move(gone).error().about(Subject::Kind::path, path);
      COFFER_TRY(std::move(gone));
      targets.push_back(target);
    }
    return {};
  }));
  return targets;
}

}  // namespace coffer::tools
