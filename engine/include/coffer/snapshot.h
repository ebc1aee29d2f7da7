// coffer::Snapshot: a store as it was at one instant, for any number of reads.
//
//   auto all = store.snapshot();
//   auto user = all->get("team/db-user");      // These two belong together,
//   auto word = all->get("team/db-password");  // even if others write in between.
//
// It shows what was committed when it was taken, with two exceptions, both on the safe side. The
// time is the present: what has expired by now is `expired`. And what was destroyed since is
// `destroyed` (or `expired`), as everywhere; versions that max_versions removed can be read until
// the next shredding.
//
// The store reuses no page that a snapshot may still read, and the process keeps the keys of the
// snapshot's epoch in locked memory. So a snapshot is given up, and every call answers `busy`,
// after OpenOptions::snapshot_commits_max commits (by any process), after snapshot_age_max_ms, when
// the data file has grown by 256 MiB or to twice its size, whichever is more, and when the map of
// the file must move. Take a new snapshot then. Status::oldest_reader_lag tells how far the oldest
// one is behind.
//
// The policy (<coffer/policy.h>) is the present one too; a secret's owner and tags, which rules may
// go by, are those of the instant.
//
// Any number of threads may use a Snapshot; their calls wait for each other. It keeps the store
// open, even when its Store is gone. After fork() the child's calls answer `failed`.
// Calls that take a path may also answer: usage, limit, corrupt, io.
#pragma once

#include <coffer/export.h>
#include <coffer/operations.h>
#include <coffer/policy.h>
#include <coffer/restore.h>
#include <coffer/result.h>
#include <coffer/settings.h>
#include <coffer/value.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {
namespace secrets {
class Engine;
}

class COFFER_API Snapshot {
 public:
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;
  ~Snapshot();

  /// Version 0: the newest at that instant. Errors: not_found, deleted, expired, destroyed.
  Result<Secret> get(std::string_view path, std::uint64_t version = 0) const;
  /// As get, but also returns a deleted version that undelete would bring back: for copying a
  /// history to another store (Transaction::restore). Errors: not_found, expired, destroyed.
  Result<Secret> get_kept(std::string_view path, std::uint64_t version = 0) const;
  /// Errors: not_found.
  Result<Metadata> metadata(std::string_view path) const;
  /// Errors: not_found.
  Result<History> history(std::string_view path) const;
  Result<bool> exists(std::string_view path) const;
  /// As Store::list.
  Result<std::vector<std::string>> list(std::string_view prefix,
                                        const ListOptions& options = {}) const;
  /// As Store::find.
  Result<std::vector<ListedSecret>> find(std::string_view prefix,
                                         const FindOptions& options = {}) const;

  /// Whether the policy hides something below `prefix` ("": anywhere, also a config) from the
  /// caller, so that a copy would be incomplete. Always false for a caller without `admin`.
  Result<bool> hides(std::string_view prefix) const;

  // For copying a whole store (Transaction::restore_config and its like).
  /// The ids, in byte order.
  Result<std::vector<std::string>> configs() const;
  /// Needs `reveal` of the config, by the store's policy. Errors: not_found.
  Result<RestoredConfig> config(std::string_view id) const;
  /// The uses of secrets by outside users, in no order; a secret may be absent. Leaves out secrets
  /// that the caller may not list.
  Result<std::vector<RestoredReference>> outside_references() const;
  Result<StoreSettings> settings() const;
  /// Needs `admin`.
  Result<Policy> policy() const;

  /// The number of the last commit that it shows.
  std::uint64_t sequence() const;
  std::int64_t taken_at_ms() const;

 private:
  friend class Store;
  static Result<Snapshot> of(std::shared_ptr<secrets::Engine> engine);
  struct Impl;
  explicit Snapshot(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer
