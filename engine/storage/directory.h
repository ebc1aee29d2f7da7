// A store's directory, checked for what would make it unsafe, and locked (flock) for
// as long as a process uses it: who finds nobody else there verifies the pages.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string>
#include <utility>

#include "storage/environment.h"

namespace coffer::storage {

/// "verified-in-place" where overwriting a block in place reaches the old one on this file
/// system (ext2/3/4, xfs), "best-effort" elsewhere (copy-on-write, unknown).
std::string erase_promise(const std::string& directory);

struct Environment::Directory {
  int fd = -1;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool alone = false;

  /// Errors: no_store (nothing there), io (another user's, open to others, network file system).
  static Result<std::unique_ptr<Directory>> open(const std::string& path);
  /// A regular file of ours, one link, not open to others. Errors: no_store, io.
  Result<void> check_file(const char* name) const;
  /// Alone (exclusive), or among others (shared); then shared() lets others in.
  Result<void> lock();
  void share();
  ~Directory();
};

}  // namespace coffer::storage
