// A store's directory that appears whole or not at all.
//
// It is made next to its place and renamed. If the place is a mount point, has a lost+found or lies
// in a directory that the caller may not write, the files are made in a directory inside the place
// and renamed one by one, the keyring last: without a keyring the other files are no store.
#pragma once

#include <coffer/result.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/files.h"

namespace coffer::api {

class NewDirectory {
 public:
  /// Makes a temporary directory (0700) next to `target` or inside it. `target` must be absent, or
  /// hold only what the file system or an interrupted `init` put there. A link to a directory is
  /// followed. Missing parents are made.
  /// Errors: no_store (something is there), busy (another init is at work there), io.
  static Result<NewDirectory> for_store(std::string_view target);
  /// Syncs every file and the directory, renames, then syncs the parent. A power cut before the
  /// rename leaves a `.coffer-new-*` directory, after it the whole store. Inside the place: until
  /// the keyring is renamed, `.coffer-new-*` holds it, and the next init starts again.
  Result<void> move_into_place();
  const std::string& path() const { return path_; }

  NewDirectory(NewDirectory&& other) noexcept;
  NewDirectory& operator=(NewDirectory&&) = delete;
  NewDirectory(const NewDirectory&) = delete;
  NewDirectory& operator=(const NewDirectory&) = delete;
  /// Removes everything that was not moved into place.
  ~NewDirectory();

 private:
  NewDirectory(std::string path, std::string target, FileDescriptor inside)
      : path_(std::move(path)), target_(std::move(target)), inside_(std::move(inside)) {}
  static Result<NewDirectory> inside(std::string target);
  Result<void> rename_whole();
  Result<void> rename_each();
  std::string path_;
  std::string target_;
  FileDescriptor inside_;  // The locked target, if the files are made inside it.
};

}  // namespace coffer::api
