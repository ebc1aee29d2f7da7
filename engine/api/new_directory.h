// A directory that appears whole or not at all.
#pragma once

#include <coffer/result.h>

#include <string>
#include <string_view>

namespace coffer::api {

class NewDirectory {
 public:
  /// A temporary directory (0700) beside `target`, which must be absent or empty. Missing
  /// parents are made. Errors: no_store (something is there), io.
  static Result<NewDirectory> beside(std::string_view target);
  /// Syncs every file, then the directory, then renames, then syncs the parent. Power cut:
  /// before the rename a `.coffer-new-*` directory is left beside, after it the whole store.
  Result<void> move_into_place();
  const std::string& path() const { return path_; }

  NewDirectory(NewDirectory&& other) noexcept;
  NewDirectory& operator=(NewDirectory&&) = delete;
  NewDirectory(const NewDirectory&) = delete;
  NewDirectory& operator=(const NewDirectory&) = delete;
  /// Removes what was not moved into place.
  ~NewDirectory();

 private:
  NewDirectory(std::string path, std::string target)
      : path_(std::move(path)), target_(std::move(target)) {}
  std::string path_;
  std::string target_;
};

}  // namespace coffer::api
