// A store's directory, checked for what would make it unsafe, and the files of it that are open.
//
// The gate, a flock on the directory, is held by one opener at a time. The lifetime lock, a flock
// on data.mdb, is shared by all who have opened it; LMDB's own is on lock.mdb. Who can have both
// alone is alone. Where one of the two is held and the other is not, the holders have another
// file open under one of the two names: LMDB would go by their lock file into this data file.
//
// What was opened is held against its name later on: a file that is put in a name's place
// (rsync, a restore, an editor) is not the one that a process goes on writing to.
#pragma once

#include <coffer/result.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "storage/environment.h"

namespace coffer::storage {

/// "verified-in-place" where overwriting a block in place reaches the old one on this file
/// system (ext2/3/4, xfs), "best-effort" elsewhere (copy-on-write, unknown).
std::string erase_promise(const std::string& directory);

/// One of the files that a store consists of, the directory among them.
enum class StoreFile : std::uint8_t { directory, data, lock, keyring };

struct Environment::Directory {
  int fd = -1;
  int data_fd = -1;  ///< Holds the lifetime lock.
  /// LMDB's locks go with whichever descriptor of the file this process closes first: closed
  /// after the environment, and before it never.
  int lock_fd = -1;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  /// Errors: no_store (nothing there), io (another user's, open to others, network file system).
  static Result<std::unique_ptr<Directory>> open(const std::string& path);
  /// A regular file of ours, one link, not open to others. Errors: no_store, io.
  Result<void> check_file(const char* name) const;
  /// Errors: busy (another opener holds the gate for too long), io.
  Result<void> enter_gate();
  void leave_gate();
  /// Inside the gate: opens the files, lock.mdb also where it is not there yet, and answers
  /// whether nobody else has them open. Errors: io; busy, where those who have one of the two
  /// files open have not the other (which also passes by, while somebody closes them).
  Result<bool> open_files();
  /// Of a new store, where nobody else is.
  Result<void> make_lock_file();
  /// Inside the gate, once data.mdb is known to be sound.
  Result<void> hold();
  /// After an attempt to open that failed.
  void close_files();

  /// From now on `name` is the file that this descriptor has open.
  Result<void> expect(StoreFile file, int descriptor);
  /// Whether a file of that directory is one that is open here.
  bool shares_file_with(const Directory& other) const;
  /// The first that its full name no longer leads to; `directory` where that is why.
  /// Errors: io (it cannot be told, as where this process gave up its rights).
  Result<std::optional<StoreFile>> find_replaced() const;
  /// The same for the data file alone: one system call. Where it cannot be told, false.
  bool is_data_replaced() const;
  ~Directory();

 private:
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const Identity&) const = default;
  };
  static std::optional<Identity> identity_at(int directory, const char* name);
  enum class Sight : std::uint8_t { same, another, none };
  Sight look_at(StoreFile file) const;
  Result<bool> is_lock_file_used(std::uint64_t& by) const;
  Result<void> allocate_lock_file(bool used) const;

  std::array<std::string, 4> names_;  // In full, the directory's first.
  // Each is there once it is expected; the keyring comes last, while others look.
  mutable std::mutex expected_mutex_;
  std::array<std::optional<Identity>, 4> expected_{};  // Under expected_mutex_.
};

}  // namespace coffer::storage
