// A store's directory, checked for what would make it unsafe, and its two locks (flock).
//
// The gate, on the directory, is held by one opener at a time. The lifetime lock, on
// data.mdb, is shared by all who have opened it; an opener inside the gate who can have it
// alone is alone, and verifies the pages. So nobody ever opens what nobody has verified.
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
  int data_fd = -1;  ///< Holds the lifetime lock. LMDB's own locks are on lock.mdb.
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  /// Errors: no_store (nothing there), io (another user's, open to others, network file system).
  static Result<std::unique_ptr<Directory>> open(const std::string& path);
  /// A regular file of ours, one link, not open to others. Errors: no_store, io.
  Result<void> check_file(const char* name) const;
  /// Errors: busy (another opener holds the gate for too long), io.
  Result<void> enter_gate();
  void leave_gate();
  /// Inside the gate: whether nobody else has data.mdb open. Errors: io.
  Result<bool> is_alone();
  /// Inside the gate, once data.mdb is known to be sound.
  Result<void> hold();
  ~Directory();
};

}  // namespace coffer::storage
