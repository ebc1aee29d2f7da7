// coffer::Store: an encrypted, versioned store of secrets in one directory.
//
//   auto store = coffer::Store::open("/var/lib/agent/secrets",
//                                    coffer::KeySource::file("/etc/agent/master.key"));
//   if (!store) return fail(store.error());
//   auto secret = store->get("ingestion/my-job");
//
// Any number of threads may use a Store, and any number of processes a directory, at the same time.
// After fork() in the child, and after a file of the open store was replaced, each call answers
// `failed`: open the store again. A write is on disk when the call returns.
//
// Paths: '/'-separated components of UTF-8 without control characters, at most
// 1,024 bytes. Any call that takes a path may answer: usage (bad name), limit
// (too long), corrupt (a record fails its check), io, busy.
#pragma once

#include <coffer/anchor.h>
#include <coffer/audit.h>
#include <coffer/clock.h>
#include <coffer/configs.h>
#include <coffer/export.h>
#include <coffer/key_slots.h>
#include <coffer/key_source.h>
#include <coffer/operations.h>
#include <coffer/options.h>
#include <coffer/policy.h>
#include <coffer/reports.h>
#include <coffer/result.h>
#include <coffer/settings.h>
#include <coffer/snapshot.h>
#include <coffer/transaction.h>
#include <coffer/value.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {

class COFFER_API Store {
 public:
  /// Makes a new store: `directory` must not exist, or be empty. A power cut leaves either no store
  /// (only a `.coffer-new-*` directory next to it or in it) or the whole store.
  /// Errors: usage (no key), no_store (something is there), io, limit (too many keys).
  static Result<void> create(std::string_view directory, const std::vector<KeySource>& keys,
                             const CreateOptions& options = {});

  /// Errors: no_store, wrong_key, key_unavailable, corrupt, rolled_back, too_new, io, busy.
  static Result<Store> open(std::string_view directory, const KeySource& key,
                            OpenOptions options = {});
  /// The first of `keys` that opens a slot wins; the log names those that fail. Without `keys` the
  /// URIs of the store's own slots are tried in order, if they ask nobody and name nothing that
  /// only the caller can vouch for; then options.prompt.
  static Result<Store> open(std::string_view directory, const std::vector<KeySource>& keys,
                            OpenOptions options = {});

  /// The same open store for another caller: policy and audit log go by `actor`. Cheap enough for
  /// each request. Errors: usage (control characters), limit (too long).
  Result<Store> as(const Actor& actor) const;

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  /// Runs `body` alone among all writers, then commits all that it did; if it returns an error or
  /// throws, nothing is written. It may run again from the start before anything is committed. It
  /// must not write through this Store (`failed`). Errors: the body's.
  Result<TransactionReport> transaction(const std::function<Result<void>(Transaction&)>& body);

  /// Errors: conflict (CAS), limit (value too large), usage (name, kind, value that does not
  /// fit the kind), in_use (belongs to a config). A call that fails has changed nothing.
  Result<VersionInfo> put(std::string_view path, const Value& value,
                          const PutOptions& options = {});
  /// The same for a value that is just being made: `put(path, Value::fields({...}))`. If making the
  /// value failed, its error is returned.
  Result<VersionInfo> put(std::string_view path, const Result<Value>& value,
                          const PutOptions& options = {}) {
    return value ? put(path, *value, options) : Result<VersionInfo>(value.error());
  }
  /// Writes a new version: the newest one, changed by a JSON Merge Patch (RFC 7396). What the patch
  /// does not name stays the same to the byte. Without `cas` the patch applies to whichever version
  /// is newest. Unless the options say otherwise, the new version expires when the patched one did.
  /// Errors: as get() and put(); usage (not JSON).
  Result<VersionInfo> patch(std::string_view path, std::string_view merge_json,
                            const PutOptions& options = {});
  /// Writes a new version with the value of an older one. Unless the options say otherwise, it
  /// expires when the older one did. Errors: as get() of the older version and put().
  Result<VersionInfo> rollback(std::string_view path, std::uint64_t to_version,
                               const PutOptions& options = {});
  /// Version 0: the newest. Errors: not_found, deleted, expired, destroyed.
  Result<Secret> get(std::string_view path, std::uint64_t version = 0);
  Result<Metadata> metadata(std::string_view path);
  /// Errors: not_found.
  Result<History> history(std::string_view path);
  /// The names one level below `prefix` ("" = root), in byte order; a folder's ends in '/';
  /// recursive: full paths. Empty if nothing is there. Errors: corrupt (names are missing).
  Result<std::vector<std::string>> list(std::string_view prefix, const ListOptions& options = {});

  /// The same with full paths, and with state and metadata of each secret.
  Result<std::vector<ListedSecret>> find(std::string_view prefix, const FindOptions& options = {});
  /// The store as it is now, for many reads. Errors: busy (too many readers).
  Result<Snapshot> snapshot();

  // An empty list of versions means the newest. All versions of the list change, or none. Errors:
  // not_found, in_use (a config or an outside user refers to it; users() of the error names up to
  // three), destroyed or expired (the version's value is gone already).
  Result<void> soft_delete(std::string_view path, const std::vector<std::uint64_t>& versions = {});
  /// If delete_version_after is set, it counts from now again.
  Result<void> undelete(std::string_view path, const std::vector<std::uint64_t>& versions);
  /// The values are gone for good when the call returns. Errors: not_found, destroyed, expired,
  /// in_use.
  Result<ShredReceipt> destroy(std::string_view path, const std::vector<std::uint64_t>& versions);
  /// Destroys every version. The next put goes on with the next number.
  Result<ShredReceipt> destroy_all(std::string_view path);
  /// Removes the secret with its history and metadata; a new secret of this name starts at
  /// version 1. It is gone for good when the call returns. Errors: not_found, in_use.
  Result<ShredReceipt> erase(std::string_view path);

  /// Changes the members that are set; makes a secret without versions if there is none.
  /// Errors: usage, limit, conflict (metadata_cas), in_use (belongs to a config).
  Result<void> put_metadata(std::string_view path, const MetadataChange& change);
  /// The same for a secret that must exist. Errors: also not_found.
  Result<void> patch_metadata(std::string_view path, const MetadataChange& change);

  /// With history: every version keeps its number, times and state. Errors: not_found; conflict
  /// (something is at `to`); in_use (it belongs to a config, or, for a move, something refers to
  /// it); usage, limit (name or size not allowed there).
  Result<void> move(std::string_view from, std::string_view to);
  Result<void> copy(std::string_view from, std::string_view to);

  Result<StoreSettings> settings();
  /// Replaces all settings, for every process, from its next write on. To change one setting, read
  /// and put them in one transaction. Errors: usage, limit.
  Result<void> put_settings(const StoreSettings& settings);

  /// Destroys versions that have expired, and versions of configs that nothing has reached for
  /// longer than the grace.
  Result<SweepReport> sweep(const SweepOptions& options = {});
  Result<std::vector<ReferenceInfo>> references_to(std::string_view path);
  /// Records that an outside user uses a version (0: whichever is current), which is then neither
  /// destroyed nor swept. To add it twice is no error. Errors: usage (the user's name), not_found,
  /// expired, deleted, destroyed.
  Result<void> add_reference(std::string_view path, std::uint64_t version, std::string_view user);
  /// Ends such a use. If nobody uses a config's version any more, it is unreachable from now on,
  /// and sweep's grace begins. Errors: not_found.
  Result<void> remove_reference(std::string_view path, std::uint64_t version,
                                std::string_view user);

  /// Sets the store's time back to the clock's, after the clock once ran ahead, because the
  /// store's time never falls by itself. Versions that had expired by the old time are destroyed,
  /// and deleted versions stay deleted; versions written while the clock was ahead keep the time
  /// that they had left; older snapshots are given up. Call it only if the clock is right now: if
  /// it is behind, versions written since expire too early. Errors: usage (before 2020).
  Result<ClockAcceptance> accept_clock(bool dry_run = false);

  Result<Status> status();
  /// Opens every record and recomputes the digest of all of them.
  Result<VerifyReport> verify();

  // The other sides of this open store, valid while this Store exists.
  Configs configs();
  Keys keys();
  /// The audit log, the change feed and receipts.
  Audit audit();
  /// The anchor, which detects that an older copy of the store was put in its place.
  Anchor anchor();
  /// Who may do what. With a policy the store answers `denied` to any call that it does not allow.
  Policies policies();

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer
