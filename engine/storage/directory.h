// A store's directory, checked before use, and the store's open files.
//
// The gate, a flock on the directory, lets one opener in at a time. Two locks then tell the opener
// whether it is alone: the lifetime lock, a flock on data.mdb, and LMDB's own lock on lock.mdb.
// Every process that has the store open shares both, so an opener that could take both exclusively
// is alone. If only one of them is free, the other processes opened a different file under one of
// the two names, and LMDB would pair this data file with the wrong lock file.
//
// Later, each open file is compared with the file that its name leads to: rsync, a restore or an
// editor may have put another file there while this process goes on writing to the old one.
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

/// "verified-in-place" if this file system overwrites a block where it lies (ext2/3/4, xfs),
/// else "best-effort" (copy-on-write or unknown).
std::string erase_promise(const std::string& directory);

/// The files of a store; the directory counts as one.
enum class StoreFile : std::uint8_t { directory, data, lock, keyring };

struct Environment::Directory {
  int fd = -1;
  int data_fd = -1;  ///< Holds the lifetime lock.
  /// Closing any descriptor of this file drops LMDB's locks on it, so the environment is closed
  /// first.
  int lock_fd = -1;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  /// Errors: no_store (nothing is there), io (another user owns it, others may write into it, or
  /// it is on a network file system).
  static Result<std::unique_ptr<Directory>> open(const std::string& path);
  /// The file must be a regular one with a single link, our own, and closed to other users.
  /// Errors: no_store, io.
  Result<void> check_file(const char* name) const;
  /// Errors: busy (another opener holds the gate for too long), io.
  Result<void> enter_gate();
  void leave_gate();
  /// Inside the gate: opens both files, creates lock.mdb if it is missing, and returns whether
  /// this process alone has them open. Errors: io; busy if another process has only one of the two
  /// files open, which is also true for a moment while it closes them.
  Result<bool> open_files();
  /// For a new store, which no other process can have open yet.
  Result<void> make_lock_file();
  /// Inside the gate, after data.mdb was verified: takes the lifetime lock.
  Result<void> hold();
  /// Undoes open_files() after a failed attempt.
  void close_files();

  /// Notes that the name of `file` must lead to the file that this descriptor has open.
  /// Errors: failed (the name already stood for another file), io.
  Result<void> expect(StoreFile file, int descriptor);
  /// Whether a file in `other` is also open here.
  bool shares_file_with(const Directory& other) const;
  /// The first file that its full name no longer leads to, or `directory` if the directory itself
  /// was moved. Errors: io (the names cannot be looked up, perhaps for lack of rights).
  Result<std::optional<StoreFile>> find_replaced() const;
  /// Asks find_replaced() for the data file alone, in one system call. False if the name cannot
  /// be looked up.
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

  std::array<std::string, 4> names_;  // Full paths, indexed by StoreFile.
  // expect() fills these in. The keyring comes last, when other threads may already look.
  mutable std::mutex expected_mutex_;
  std::array<std::optional<Identity>, 4> expected_{};  // Under expected_mutex_.
};

}  // namespace coffer::storage
