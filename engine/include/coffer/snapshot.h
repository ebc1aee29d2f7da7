// coffer::Snapshot: a store as it was at one instant, for as many reads as are wanted.
//
//   auto all = store.snapshot();
//   auto user = all->get("team/db-user");      // These two belong together,
//   auto word = all->get("team/db-password");  // whoever writes in between.
//
// What it shows is what was committed when it was taken, with two exceptions, both on the
// safe side. Time is the present: what has expired by now is `expired`. And what was
// destroyed since is `destroyed` (or `expired`), as it is everywhere; what only fell to
// max_versions can be read until the next shredding.
//
// The store reuses no page that a snapshot may still look at, and the process keeps the keys
// of its epoch in locked memory. So a snapshot does not stay for ever: it is given up, and
// every call answers `busy`, once more than OpenOptions::snapshot_commits_max commits came
// after it (of whatever process), once it is older than snapshot_age_max_ms, once the data
// file has grown by 256 MiB or to twice its size since, whichever is more, and where the map
// of the file must move. Take a new one then. Status::oldest_reader_lag tells how far the
// oldest is behind.
//
// A policy (<coffer/policy.h>) is the one of the present too; a secret's owner and tags, by which
// its rules may go, are those of the instant.
//
// Used from any number of threads; calls on one Snapshot wait for each other. It keeps the
// store open, even when its Store is gone. After fork() the child's calls answer `failed`.
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

  /// Version 0: the newest of that instant. Errors: not_found, deleted, expired, destroyed.
  Result<Secret> get(std::string_view path, std::uint64_t version = 0) const;
  /// As get, and a deleted version that undelete would bring back as well: for who carries a
  /// history elsewhere (Transaction::restore). Errors: not_found, expired, destroyed.
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

  /// Whether the policy keeps something below `prefix` ("": anywhere, a config too) out of what the
  /// caller is shown, so that a copy of it is not whole. Who has no `admin` is not told: false.
  Result<bool> hides(std::string_view prefix) const;

  // For who carries a whole store elsewhere (Transaction::restore_config and its kin).
  /// In byte order.
  Result<std::vector<std::string>> configs() const;
  /// Needs `reveal` of the config, by the store's policy. Errors: not_found.
  Result<RestoredConfig> config(std::string_view id) const;
  /// Who outside uses what, of secrets that are there and of others, in no order. Needs `list` of
  /// each secret.
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
