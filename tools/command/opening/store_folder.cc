#include "tools/command/opening/store_folder.h"

#include <filesystem>
#include <system_error>

namespace coffer::tools {
namespace {

bool is_store(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / "keyring", ignored) &&
         std::filesystem::exists(folder / "data.mdb", ignored);
}

}  // namespace

// A missing or unreadable folder is reported by the code that creates the file.
Result<void> check_outside_stores(const std::string& path) {
  const std::size_t last = path.find_last_not_of('/');
  if (last == std::string::npos) return {};
  std::error_code failed;
  std::filesystem::path folder = std::filesystem::path(path.substr(0, last + 1)).parent_path();
  folder = std::filesystem::canonical(folder.empty() ? "." : folder, failed);
  if (failed) return {};
  while (!is_store(folder)) {
    if (folder == folder.root_path()) return {};
    folder = folder.parent_path();
  }
  return Error(ErrorCode::usage,
               "would be created inside a store's directory, among the store's own files",
               "name a file in another folder")
      .about(Subject::Kind::file, path);
}

}  // namespace coffer::tools
