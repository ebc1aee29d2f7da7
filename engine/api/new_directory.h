// A store's directory that appears whole or not at all.
//
// It is made beside its place and renamed there. Where that cannot be, for the place is a mount
// point, has a lost+found or lies in a directory that nobody may write, its files are made in a
// directory inside and renamed one by one, the keyring last: without it nothing is a store.
#pragma once

#include <coffer/result.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/files.h"

namespace coffer::api {

class NewDirectory {
 public:
  /// A temporary directory (0700) beside `target` or inside it; `target` must be absent, or hold
  /// nothing but what a file system puts there or an `init` left that was cut short. A link to a
  /// directory stands for it. Missing parents are made.
  /// Errors: no_store (something is there), busy (another init is at work there), io.
  static Result<NewDirectory> for_store(std::string_view target);
  /// Syncs every file, then the directory, then renames, then syncs the parent. Power cut:
  /// before the rename a `.coffer-new-*` directory is left, after it the whole store. Inside:
  /// until the keyring has its name, `.coffer-new-*` holds it, and the next init begins anew.
  Result<void> move_into_place();
  const std::string& path() const { return path_; }

  NewDirectory(NewDirectory&& other) noexcept;
  NewDirectory& operator=(NewDirectory&&) = delete;
  NewDirectory(const NewDirectory&) = delete;
  NewDirectory& operator=(const NewDirectory&) = delete;
  /// Removes what was not moved into place.
  ~NewDirectory();

 private:
  NewDirectory(std::string path, std::string target, FileDescriptor inside)
      : path_(std::move(path)), target_(std::move(target)), inside_(std::move(inside)) {}
  static Result<NewDirectory> inside(std::string target);
  Result<void> rename_whole();
  Result<void> rename_each();
  std::string path_;
  std::string target_;
  FileDescriptor inside_;  // The target, locked, where the files are made inside it.
};

}  // namespace coffer::api
