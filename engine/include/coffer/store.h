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
#include <coffer/changes.h>
#include <coffer/clock.h>
#include <coffer/configs.h>
#include <coffer/export.h>
#include <coffer/key_slots.h>
#include <coffer/key_source.h>
#include <coffer/operations.h>
#include <coffer/policy.h>
#include <coffer/result.h>
#include <coffer/settings.h>
#include <coffer/snapshot.h>
#include <coffer/transaction.h>
#include <coffer/value.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {

enum class ValueCipher : std::uint8_t {
  chacha20_poly1305 = 1,
  aes_256_gcm = 2,  ///< Needs AES instructions on every machine that opens the store.
};

/// What the engine has to tell: level ("warn", "info"), a literal text, what it is about. It is
/// called by whichever thread opens or writes, and must not call the Store.
using LogSink =
    std::function<void(std::string_view level, std::string_view text, std::string_view subject)>;

struct CreateOptions {
  std::uint64_t value_bytes_max = std::uint64_t{1} << 20;  ///< Of one version's plaintext.
  std::uint32_t max_versions = 0;                          ///< As in StoreSettings; 0: unset.
  ValueCipher cipher = ValueCipher::chacha20_poly1305;
  /// Where epoch keys are kept, whose erasing makes what was destroyed be gone: empty, in the
  /// keyring's file; or tpm2:...?nv=INDEX, two indices of a TPM from that one on, which no copy
  /// of the disk holds. The store then opens on that machine only, and while its TPM answers.
  std::string epoch_home = {};
  const Clock* clock = nullptr;  ///< nullptr: the system's. Must outlive the call.
};

struct OpenOptions {
  const Clock* clock = nullptr;  ///< nullptr: the system's. Must outlive the Store.
  LogSink log = {};
  /// For keys whose URIs the store keeps, where none is given: what process_environment tells,
  /// and who asks a person for a passphrase.
  EnvironmentLookup environment = {};
  PassphrasePrompt prompt = {};
  /// Where the caller knows the store's anchor to be: a store that knows of none is refused too.
  /// Empty: where the store itself says.
  std::string anchor = {};
  AnchorDoubt anchor_doubt = AnchorDoubt::refuse;
  std::uint64_t min_sequence = 0;  ///< Refused (rolled_back) where it has not come so far.
  Actor actor = {};                ///< Whose doings the audit log tells of, and who the policy
                                   ///< takes the caller for; see also Store::as.
  /// Address space, not memory; grows by itself.
  std::uint64_t map_bytes = std::uint64_t{64} << 30;
  /// A snapshot that falls back further, or is older, is given up: it holds back free pages.
  std::uint64_t snapshot_commits_max = 1000;
  std::int64_t snapshot_age_max_ms = std::int64_t{60} * 60 * 1000;
};

struct SweepOptions {
  bool dry_run = false;
  std::int64_t grace_ms = 0;
  std::size_t limit = 0;  ///< Destroy at most so many versions; 0: all that are due.
  /// Works out from every config's document what is reachable, and mends what the indexes say
  /// otherwise, before anything is destroyed: takes time and reading by what exists.
  bool full = false;
};

struct SweepReport {
  bool dry_run = false;
  std::vector<SweptVersion> swept;
  /// Of a full one: what the indexes said wrongly, a line each. Empty in a sound store.
  std::vector<std::string> differences = {};
};

struct Status {
  std::string store_id;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  std::uint64_t record_count = 0;
  std::uint64_t secret_count = 0;
  std::uint64_t config_count = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t map_bytes = 0;
  /// Buckets, or leaves of buckets that were split, from which something was removed that the
  /// next shredding erases.
  std::uint64_t pending_shred_buckets = 0;
  /// Of 256 buckets, those whose keys a rotation under way has yet to replace; 0: there is none.
  std::uint64_t buckets_to_rotate = 0;
  std::uint64_t oldest_reader_lag = 0;  ///< Commits that the oldest open reader is behind.
  /// How far the clock is behind the latest time that was seen. Beyond kClockBehindMaxMs nothing
  /// that has an end is returned, and none can be set, until the clock is right again.
  std::int64_t clock_behind_ms = 0;
  int slot_count = 0;
  std::string erase;
  /// The URI of its anchor; empty: there is none. Its scheme alone, as "file:", for who may not
  /// administer the store.
  std::string anchor;
  std::size_t memory_bytes = 0;
  std::size_t memory_locked_bytes = 0;
};

struct VerifyReport {
  std::uint64_t records = 0;
  std::vector<std::string> problems;  ///< Empty: everything opens and the digest agrees.
};

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

  /// Sets or moves the anchor. Errors: usage (the URI, a place below the store), conflict
  /// (something else stands there), key_unavailable, io.
  Result<void> set_anchor(std::string_view uri, AnchorCadence cadence = AnchorCadence::automatic);
  /// Gives it up; a file that is not its own stays. Errors: not_found (there is none).
  Result<void> remove_anchor();
  /// Tells it of the newest commit now. Errors: not_found, key_unavailable, corrupt, io.
  Result<void> update_anchor();
  /// What it says; none where there is none. Errors: key_unavailable, corrupt, io.
  Result<std::optional<AnchorInfo>> anchor();

  /// Who is told of everything that is erased through this Store, whichever call does it, and
  /// through those that `as` makes of it from now on; {} for nobody. What goes through another
  /// Store of the same open store is told to that one's alone.
  void on_receipt(ReceiptSink sink);
  /// Checks a receipt's text, exact to the byte but for line ends behind it. Errors: usage (no
  /// receipt), corrupt (altered, or another store's), rolled_back (this store is older than it, or
  /// what it says is gone lives here).
  Result<ReceiptInfo> verify_receipt(std::string_view text);

  Configs configs();

  Result<std::vector<KeySlotInfo>> key_slots();
  /// Returns the slot's number. Errors: limit (no free slot), conflict, key_unavailable.
  Result<int> add_key(const KeySource& key);
  /// Errors: not_found, in_use (the last one).
  Result<void> remove_key(int slot);
  /// Wraps the master key anew for a slot, as after its provider has rotated its key; what the
  /// slot held is overwritten. Slot 0: every slot, and each one's outcome is told. Of one slot
  /// an error is the call's. Errors: not_found, wrong_key, key_unavailable, declined, busy
  /// (somebody else changed the slot meanwhile), corrupt, io.
  Result<std::vector<RewrappedSlot>> rewrap_keys(int slot, const SlotKeyOptions& options = {});
  /// Puts a new random master key in place of the one that the store has, wrapped for every slot
  /// but those given up, and a new epoch key under it. A slot whose key cannot be had makes it
  /// fail, with nothing changed. Other processes go on by the slot that opened their store;
  /// where that is given up they answer wrong_key. A power cut leaves it undone or to be
  /// finished by the next open. Bucket and data keys stay: rotate_data_keys(). Errors: not_found,
  /// in_use (no slot left), wrong_key, key_unavailable, declined, busy, corrupt, io.
  Result<RotateKeyReport> rotate_key(const RotateKeyOptions& options = {});
  /// Replaces every bucket key, and wraps the data key of every living version anew under one of
  /// the new; values are not touched. In batches, each of them a shredding: others read
  /// meanwhile, and write between two. After a kill another call goes on. Errors: declined
  /// (stopped by `progress`), corrupt, io.
  Result<RotateDataReport> rotate_data_keys(const RotateDataOptions& options = {});
  /// Opens the slot with `key` without changing anything. Errors: as open().
  Result<void> test_key(int slot, const KeySource& key);

  /// Records in the order of their numbers. Errors: usage (no such action), corrupt (number()
  /// = the damaged record).
  Result<std::vector<AuditRecord>> audit_list(const AuditFilter& filter = {});
  /// Checks the whole chain, and names the first record where it is broken.
  Result<AuditVerifyReport> audit_verify();
  /// Removes the oldest records; what is left stays provable. Itself a record. Errors: usage
  /// (not one of the two options), corrupt (the chain is broken; nothing was removed).
  Result<AuditPruneReport> audit_prune(const AuditPruneOptions& options);

  /// What happened after a revision, in order; whole revisions, until `limit` is reached.
  /// Revision 0: from the beginning. Errors: not_found (no longer kept; number() = the revision
  /// from which on it is), rolled_back (the store has not come so far), corrupt.
  Result<ChangeBatch> changes(std::uint64_t after_revision, const ChangeFilter& filter = {},
                              std::size_t limit = 1000);
  /// Sleeps until the store, whichever process writes it, is past a revision, and answers its
  /// revision then; after `timeout_ms`, or when woken, with what it is. Not every revision has
  /// changes to tell.
  Result<std::uint64_t> wait_for_changes(std::uint64_t after_revision, std::int64_t timeout_ms);
  /// Ends every wait_for_changes of this open store that is under way. Not for signal handlers.
  void wake_waiting();

  /// Takes the clock's time for the store's where that is later: for when the clock once ran
  /// ahead, since the store's time never falls by itself. What was over by the old time is
  /// destroyed or stays deleted; what was written while the clock was ahead keeps the time it
  /// had left; snapshots from before are given up. Only when the clock is known to be right:
  /// where it is behind, what was written since ends too early. Errors: usage (before 2020).
  Result<ClockAcceptance> accept_clock(bool dry_run = false);

  /// Who may do what. A store with a policy answers `denied` (ErrorCode::denied) to any call that
  /// it does not allow; see <coffer/policy.h>. Needs `admin`.
  Result<Policy> policy();
  /// Whether there are rules that decide what this Store may do.
  Result<bool> has_policy();
  /// Whether whoever this Store was opened for may do something to a secret, a config (config:ID)
  /// or the store ("**"); true where there is no policy. To ask is neither refused nor recorded.
  /// Errors: usage, limit (`object` is no name).
  Result<bool> may(UseCase use_case, std::string_view object);
  /// Replaces it, for every process, from its next call on; without rules: everybody may do
  /// everything. `revision`: the stored one must be this. Returns the new one. Errors: usage and
  /// limit (a rule; nobody could change it any more), conflict.
  Result<std::uint64_t> put_policy(const Policy& policy,
                                   std::optional<std::uint64_t> revision = {});
  /// What it says to somebody, on an object as it stands in a rule, without wildcards; "**" is
  /// the store. Needs `admin`.
  Result<PolicyDecision> test_policy(const PolicySubject& subject, UseCase use_case,
                                     std::string_view object);

  Result<Status> status();
  /// Opens every record and recomputes the digest of all of them.
  Result<VerifyReport> verify();

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer
