// coffer::Store: an encrypted, versioned store of secrets in one directory.
//
//   auto store = coffer::Store::open("/var/lib/agent/secrets",
//                                    coffer::KeySource::file("/etc/agent/master.key"));
//   if (!store) return fail(store.error());
//   auto secret = store->get("ingestion/my-job");
//
// A Store is used from any number of threads, and a directory by any number of processes, at
// once. After fork() in the child, and where a file of the store was replaced while it was open,
// each call answers `failed`: open it anew. A write is on disk when the call returns.
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
  /// Makes a new store: `directory` must not exist, or be empty. A power cut leaves either
  /// nothing (but a `.coffer-new-*` directory beside it) or the whole store.
  /// Errors: usage (no key), no_store (something is there), io, limit (too many keys).
  static Result<void> create(std::string_view directory, const std::vector<KeySource>& keys,
                             const CreateOptions& options = {});

  /// Errors: no_store, wrong_key, key_unavailable, corrupt, rolled_back, too_new, io, busy.
  static Result<Store> open(std::string_view directory, const KeySource& key,
                            OpenOptions options = {});
  /// The first of `keys` that opens a slot wins; a failing one is told to the log. Without any
  /// the URIs of the store's own slots are tried in the order of the slots, as far as they ask
  /// nobody and name nothing that only the caller can vouch for; then options.prompt.
  static Result<Store> open(std::string_view directory, const std::vector<KeySource>& keys,
                            OpenOptions options = {});

  /// The same open store for somebody else: what is done through it is told to be the actor's.
  /// Cheap: one for each request is well. Errors: usage (control characters), limit (too long).
  Result<Store> as(const Actor& actor) const;

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  /// Runs `body` alone among all writers; commits all it did, or, where it returns an error
  /// or throws, nothing. It may run again from the start, before anything is committed. It
  /// must not call this Store's writing calls (`failed`). Errors: the body's.
  Result<TransactionReport> transaction(const std::function<Result<void>(Transaction&)>& body);

  /// Errors: conflict (CAS), limit (value too large), usage (name, kind, value that does not
  /// fit the kind), in_use (belongs to a config). Where there is an error nothing has changed.
  Result<VersionInfo> put(std::string_view path, const Value& value,
                          const PutOptions& options = {});
  /// The same of a value that was just made: `put(path, Value::fields({...}))`. Errors: those of
  /// making it besides, which go before.
  Result<VersionInfo> put(std::string_view path, const Result<Value>& value,
                          const PutOptions& options = {}) {
    return value ? put(path, *value, options) : Result<VersionInfo>(value.error());
  }
  /// A new version: the newest one changed by a JSON Merge Patch (RFC 7396), all that the
  /// patch does not name exact to the byte. Without `cas` it is applied to whatever is newest.
  /// Expires when that did, if the options say nothing. Errors: as get() and put(); usage
  /// (no JSON).
  Result<VersionInfo> patch(std::string_view path, std::string_view merge_json,
                            const PutOptions& options = {});
  /// A new version with an older one's value. Expires when that did, if the options say
  /// nothing. Errors: as get() of that version and put().
  Result<VersionInfo> rollback(std::string_view path, std::uint64_t to_version,
                               const PutOptions& options = {});
  /// Version 0: the newest. Errors: not_found, deleted, expired, destroyed.
  Result<Secret> get(std::string_view path, std::uint64_t version = 0);
  Result<Metadata> metadata(std::string_view path);
  /// Errors: not_found.
  Result<History> history(std::string_view path);
  /// Names one level below `prefix` ("" = root), folders end in '/', in byte order;
  /// recursive: full paths. Nothing there is an empty list. Errors: corrupt (names are missing).
  Result<std::vector<std::string>> list(std::string_view prefix, const ListOptions& options = {});

  /// The same with what is told of each secret, and full paths always.
  Result<std::vector<ListedSecret>> find(std::string_view prefix, const FindOptions& options = {});
  /// What is committed now, for many reads. Errors: busy (too many readers).
  Result<Snapshot> snapshot();

  // An empty list of versions means the newest. Of several, all or none. Errors: not_found, in_use
  // (a config or a user outside refers to it; users() of the error tells up to three of them),
  // destroyed or expired (that version's value is gone already).
  Result<void> soft_delete(std::string_view path, const std::vector<std::uint64_t>& versions = {});
  /// delete_version_after, where it is set, counts anew from now.
  Result<void> undelete(std::string_view path, const std::vector<std::uint64_t>& versions);
  /// Gone for good when this returns. Errors: not_found, destroyed, expired, in_use (a config
  /// refers to it).
  Result<ShredReceipt> destroy(std::string_view path, const std::vector<std::uint64_t>& versions);
  /// Its numbers go on with the next put.
  Result<ShredReceipt> destroy_all(std::string_view path);
  /// Removes the secret with its history and metadata; a new one of that name starts at 1.
  /// Gone for good when this returns. Errors: not_found, in_use.
  Result<ShredReceipt> erase(std::string_view path);

  /// Changes what is set; makes a secret without versions where there is none.
  /// Errors: usage, limit, conflict (metadata_cas), in_use (belongs to a config).
  Result<void> put_metadata(std::string_view path, const MetadataChange& change);
  /// The same of a secret that must be there. Errors: not_found besides.
  Result<void> patch_metadata(std::string_view path, const MetadataChange& change);

  /// With history: every version keeps its number, times and state. Errors: not_found;
  /// conflict (there is something at `to`); in_use (belongs to a config, or, of a move,
  /// something refers to it); usage, limit (name or size not allowed there).
  Result<void> move(std::string_view from, std::string_view to);
  Result<void> copy(std::string_view from, std::string_view to);

  Result<StoreSettings> settings();
  /// Replaces all of them, for every process, from its next write on. To change one, read and
  /// put them in one transaction. Errors: usage, limit.
  Result<void> put_settings(const StoreSettings& settings);

  /// Destroys what expired and what is managed and unreachable for longer than the grace.
  Result<SweepReport> sweep(const SweepOptions& options = {});
  Result<std::vector<ReferenceInfo>> references_to(std::string_view path);
  /// Notes that somebody outside uses a version (0: whichever is current): it is neither destroyed
  /// nor swept while noted. Again is no error. Errors: usage (the user's name), not_found, expired,
  /// deleted, destroyed.
  Result<void> add_reference(std::string_view path, std::uint64_t version, std::string_view user);
  /// Ends it. A config's version that nobody uses any more is unreachable from then on: sweep's
  /// grace begins. Errors: not_found.
  Result<void> remove_reference(std::string_view path, std::uint64_t version,
                                std::string_view user);

  /// Takes the clock's time for the store's where that is later: for when the clock once ran
  /// ahead, since the store's time never falls by itself. What was over by the old time is
  /// destroyed or stays deleted; what was written while the clock was ahead keeps the time it
  /// had left; snapshots from before are given up. Only when the clock is known to be right:
  /// where it is behind, what was written since ends too early. Errors: usage (before 2020).
  Result<ClockAcceptance> accept_clock(bool dry_run = false);

  Result<Status> status();
  /// Opens every record and recomputes the digest of all of them.
  Result<VerifyReport> verify();

  // The other sides of the same open store: valid while this Store exists.
  Configs configs();
  Keys keys();
  /// The audit log, the change feed and receipts.
  Audit audit();
  /// What finds out that an older copy of the store was put in its place.
  Anchor anchor();
  /// Who may do what. With a policy the store answers `denied` to any call that it does not allow.
  Policies policies();

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer
