// The state behind Engine and its transactions. Internal to secrets/.
#pragma once

#include <coffer/policy.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "audit/chain.h"
#include "format/audit_action.h"
#include "keys/media/anchor_medium.h"
#include "secrets/cipher.h"
#include "secrets/engine.h"
#include "secrets/epoch_keys.h"
#include "secrets/refusals.h"
#include "storage/environment.h"
#include "storage/txn.h"

namespace coffer::secrets {

inline constexpr std::string_view kRootKey = "root";
inline constexpr std::string_view kSettingsKey = "settings";
inline constexpr std::string_view kPolicyKey = "policy";
/// A removal by max_versions is erased at most this many commits later.
inline constexpr std::uint64_t kPendingCommitsMax = 1000;

/// A reader with what it learnt from its last snapshot; renewed, not rebuilt.
struct Session {
  explicit Session(std::shared_ptr<storage::Environment> environment)
      : txn(std::move(environment)) {}
  storage::ReadTxn txn;
  std::uint64_t seen_txn_id = 0;
  format::Root root;
  std::shared_ptr<EpochKeys> keys;
  bool audit_reads = false;
  std::uint64_t policy_revision = 0;
  std::shared_ptr<const Policy> policy;  ///< Null: there is none, or one without rules.
};

/// Idle sessions, spread so that threads do not meet; a thread's usual one is had without
/// a lock.
class SessionPool {
 public:
  SessionPool() = default;
  ~SessionPool();
  SessionPool(const SessionPool&) = delete;
  SessionPool& operator=(const SessionPool&) = delete;
  std::unique_ptr<Session> take();
  void give_back(std::unique_ptr<Session> session);
  /// From now on idle sessions hold the keys of no earlier epoch.
  void let_go_before(std::uint64_t epoch);

 private:
  struct alignas(64) Stripe {
    std::atomic<Session*> ready{nullptr};
    std::mutex mutex;
    std::vector<std::unique_ptr<Session>> idle;
  };
  static std::size_t stripe_of_this_thread();
  void let_go(Session& session) const;
  static void put_into(Stripe& stripe, std::unique_ptr<Session> session);
  std::atomic<std::uint64_t> newest_epoch_{0};
  std::array<Stripe, 16> stripes_;
};

/// Whether a transaction's body runs in this thread: it holds the write lock.
bool is_writing_here(const void* engine);

/// The settings record, opened, with the bytes that it was opened from.
struct StoredSettings {
  Bytes sealed;
  format::Settings settings;
};

/// The policy's record, opened, with the bytes that it was opened from.
struct StoredPolicy {
  Bytes sealed;
  Policy policy;
};

/// The same as rules to go by: null where there are none.
std::shared_ptr<const Policy> in_force(const std::shared_ptr<const StoredPolicy>& stored);

/// What the store said no to; not what it could not do.
bool is_refusal(ErrorCode code);
/// A name as the audit log takes it: empty where it is none that anything could have, so that
/// a refusal never writes more than a path's length.
std::string recordable(std::string_view name);

/// Others may rotate the master key again and again: not for ever.
inline constexpr int kCatchingsMax = 3;

/// Why a write that failed may be run again.
enum class Retry : std::uint8_t { none, more_room, erase_first };

/// The tags of what a commit destroys, in the order of its receipt's lists: each tells a version
/// from any other of its number.
struct Seals {
  std::vector<std::string> versions;
  std::vector<std::string> documents;
};

/// One run of a write's body: what it may use, and what came of it beyond its answer.
struct Attempt {
  std::uint64_t room_bytes = storage::WriteTxn::kRoomBytes;
  Retry retry = Retry::none;
  std::vector<Noted> refused = {};  ///< What was refused, and is in no record yet.
  std::vector<Noted> reads = {};    ///< Where it failed: the values its body had been given.
  Seals seals = {};                 ///< Of what its commit destroyed.
};

/// The latest time that this process saw, since the store's time was last lowered on purpose.
struct TimeMark {
  std::uint64_t acceptances = 0;
  std::atomic<std::int64_t> high_ms{0};
};

struct Engine::Impl {
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  /// Tells the anchor what it is to be told at closing.
  ~Impl();

  std::string directory;
  std::shared_ptr<storage::Environment> environment;
  std::unique_ptr<keys::Keyring> keyring;
  std::unique_ptr<Cipher> cipher;
  std::unique_ptr<audit::Chain> chain;
  std::mutex waiters_mutex;
  std::condition_variable committed_one;
  std::uint64_t wakes = 0;  // Under waiters_mutex.
  const Clock* clock = nullptr;
  LogSink log;
  storage::HoldLimits hold_limits;
  std::mutex marks_mutex;
  std::vector<std::unique_ptr<TimeMark>> marks;  // Under marks_mutex; each lives on.
  std::atomic<TimeMark*> mark{nullptr};          // The newest; null: none yet.
  std::mutex keys_mutex;
  std::shared_ptr<EpochKeys> newest_keys;
  SessionPool sessions;
  GatheredRefusals refusals;
  mutable std::mutex anchor_mutex;
  std::string anchor_location;  // Under anchor_mutex: where the caller says that it is.
  std::atomic<bool> anchor_is_behind{false};  // By more than its cadence allows for good.
  // The store is not what its anchor says, and nobody has accepted it: the anchor is told nothing.
  std::atomic<bool> anchor_is_doubted{false};
  std::mutex settings_mutex;
  std::shared_ptr<const StoredSettings> newest_settings;
  std::shared_ptr<const StoredPolicy> newest_policy;  // Under settings_mutex.

  Result<std::unique_ptr<Session>> begin_read();
  void end_read(std::unique_ptr<Session> session);
  Result<void> refresh(Session& session);
  Result<bool> lacks_values(const storage::Txn& txn) const;
  Result<std::shared_ptr<EpochKeys>> keys_of(std::uint64_t epoch);
  Result<format::Root> read_root(const storage::Txn& txn) const;
  /// As they stand in this transaction: another process may have changed them. Errors: corrupt
  /// (they are not there, or not of the revision that the root names).
  Result<std::shared_ptr<const StoredSettings>> read_settings(const storage::Txn& txn,
                                                              std::uint64_t revision);
  /// The policy that a root names: null where it names none. Errors: corrupt (it is not there, or
  /// of another revision).
  Result<std::shared_ptr<const StoredPolicy>> read_policy(const storage::Txn& txn,
                                                          std::uint64_t revision);
  Error missing_epoch(std::uint64_t epoch);
  std::int64_t now_ms(const format::Root& root);
  std::int64_t now_ms() const;
  TimeMark& mark_of(const format::Root& root);
  /// How far the clock is behind a time that was seen before; 0: it is not.
  std::int64_t clock_behind_ms(std::int64_t now) const;

  Result<void> put_root(storage::WriteTxn& txn, format::Root& root);
  Result<void> finish_erasing(std::uint64_t epoch);
  Result<void> recover(const Caller& caller);
  Result<void> repair_keyring();
  void note_key_use();
  void hand_out(ShredReceipt& receipt, const Seals& seals, const Caller& caller);
  /// What erasing an epoch key is worth where they are kept.
  std::string erase_promise() const;

  Result<format::Root> committed_root();
  /// LMDB takes one of two meta pages for the newest. Errors: corrupt (the root that the other
  /// one leads to was written by a commit of another number).
  Result<void> check_other_meta() const;
  Result<keys::AnchorMedium> anchor_medium(const format::Root& root) const;
  std::string named_anchor() const;
  void name_anchor(std::string_view uri);
  /// Before anything is used or written. Errors: rolled_back, and what kept it from being
  /// known: key_unavailable, corrupt, io.
  Result<void> check_anchor(format::Root before);
  Result<void> check_anchor_of(const format::Root& before);
  /// Makes the anchor tell of the newest commit. Errors: as its medium; rolled_back.
  Result<void> advance_anchor();
  Result<void> raise_counter();
  void keep_anchor(const WriteReport& report);
  void catch_up_anchor();
  Result<void> finish_shredding();
  Result<void> finish_master_rotation(const Caller& caller);
  using Body = std::function<Result<void>(Transaction&)>;
  Result<WriteReport> write(const Body& body, const Caller& caller, Attempt& attempt,
                            const Intent* intent);
  Result<WriteReport> attempt_write(const Body& body, const Caller& caller, Attempt& attempt,
                                    const Intent* intent);
  /// Puts what a transaction noted into the audit log, in that transaction; `names_user`: whom a
  /// policy took the actor for as well.
  Result<void> append_audit(View::Impl& state, const std::vector<Noted>& noted, const Actor& actor,
                            bool names_user) const;
  Result<void> record_alone(const std::vector<Noted>& items, const Caller& caller);
  /// What a reader has seen, as a commit of its own, before it is handed on. Errors: as a write.
  Result<void> record_reads(std::vector<Noted> reads, const Caller& caller);
  /// After a refused change was undone: a record of its own, which may fail unnoticed, or one
  /// together with others later on.
  void record_refused(const std::vector<Noted>& items, const Caller& caller);
  void record_refusal(const Error& error, const Caller& caller, std::vector<Noted> items);
  void record_failure(const Error& error, const Caller& caller, std::vector<Noted> items);
  /// Whether a policy was in force when this process last looked.
  bool knows_a_policy();
  /// What was gathered of refusals, in a commit of its own.
  void write_gathered();
};

/// What a View and a Transaction stand on.
struct View::Impl {
  Engine::Impl& engine;
  storage::Txn& txn;
  storage::ReadTxn* reader = nullptr;
  storage::WriteTxn* writer = nullptr;
  EpochKeys* keys = nullptr;             // The session's or the writer's: it outlives this.
  format::Root* root = nullptr;          // Changed by transactions only.
  mutable std::int64_t now = 0;          // 0: the clock was not asked yet.
  mutable bool clock_is_behind = false;  // Known once `now` is.
  mutable std::shared_ptr<const StoredSettings> stored_settings = {};
  mutable std::int64_t expired_seen_ms = 0;
  bool audit_reads = false;               // Readers only: whether get() fills
  mutable std::vector<Noted> reads = {};  // what it handed out, or refused.
  const Actor* actor = nullptr;           // Never null where a body is run.
  const Policy* policy = nullptr;         // Readers only.
  mutable std::shared_ptr<const StoredPolicy> stored_policy = {};  // Transactions only.

  // Transactions only.
  bool changed = false;
  std::uint64_t record_changes = 0;  // Rises with every record that is written or removed.
  bool must_shred = false;
  KeysToRenew touched = {};                          // Where something was removed that lived.
  std::map<std::uint8_t, LeafKeys> own_leaves = {};  // Of buckets that this commit splits.
  std::vector<SweptVersion> destroyed = {};
  std::vector<ShredDocument> documents = {};  // Revisions of configs that are removed.
  Seals seals = {};                           // Of both.
  std::uint64_t versions_rewrapped = 0;
  std::vector<Noted> noted = {};
  std::vector<Noted> refused = {};           // Operations that the body was refused, and went on.
  std::optional<std::string> marks_by = {};  // See Transaction::marks_are_by; at first the actor.
  std::optional<Noted> trying = {};          // The operation that is under way.

  /// Called at the beginning of each operation that changes something.
  void attempt(format::Action action, std::string_view path, std::uint64_t version = 0) {
    trying = Noted{action, recordable(path), version};
  }
  /// Called at the end of each operation that changed something, once for each version.
  void note(format::Action action, std::string_view path, std::uint64_t version = 0) {
    noted.push_back({action, std::string(path), version});
    trying.reset();
  }
  /// Of a body that failed with `error`: the operations that were refused.
  std::vector<Noted> what_was_refused(const Error& error, const Intent* intent) const;
  /// Of a body that failed: the values that it had been given all the same.
  std::vector<Noted> reads_noted() const {
    std::vector<Noted> items;
    for (const Noted& each : noted)
      if (each.action == format::Action::read) items.push_back(each);
    return items;
  }
  /// The answer of an operation that may have had nothing to change.
  Result<void> done() {
    trying.reset();
    return {};
  }

  const Cipher& cipher() const { return *engine.cipher; }
  /// Read once for a transaction, when first asked for.
  Result<const format::Settings*> settings() const;
  std::int64_t now_ms() const;
  /// What wraps the DEKs of this hash's versions. Valid until the transaction ends.
  Result<WrappingKey> wrapping_key(const format::PathHash& hash) const {
    if (!root->leaves.is_split(hash[0])) {
      const BucketKey* bucket = COFFER_TRY(keys->bucket(hash[0], txn));
      return WrappingKey{bucket->key.view(), bucket->made_in_epoch};
    }
    if (!own_leaves.empty()) return COFFER_TRY(bucket_keys(hash[0])).of(hash);
    return COFFER_TRY(keys->leaves(hash[0], txn))->at(hash[1]);
  }
  Result<BucketKeys> bucket_keys(std::uint8_t number) const;

  struct Located {
    std::uint64_t version = 0;
    format::VersionRecord record;
  };
  /// Runs `visit` over a hash's versions, newest first, from `from` on (0 = newest), until it
  /// answers false. The views are valid inside the visit only.
  Result<void> each_version(const format::PathHash& hash, std::uint64_t from,
                            const std::function<Result<bool>(const Located&)>& visit) const;
  /// Version 0: the newest. The views are valid until the transaction changes or ends.
  Result<std::optional<Located>> find(const format::PathHash& hash, std::uint64_t version) const;
  Result<bool> find_into(const format::PathHash& hash, std::uint64_t version,
                         Located& located) const;
  /// The ciphertext of a living version, where it stands apart. Errors: corrupt, io.
  Result<void> fetch_value(const format::PathHash& hash, Located& located) const {
    if (located.record.bytes_apart == 0) return {};
    return fetch_large_value(hash, located);
  }
  Result<void> fetch_large_value(const format::PathHash& hash, Located& located) const;
  /// The row as it stands, whatever the secret's other records say of it.
  Result<std::optional<format::Head>> find_head(const format::PathHash& hash) const;
  /// The head that the newest version names, or, where there is no version, the secret's name.
  /// `newest` is what find(hash, 0) answered. Errors: corrupt (it is not there, of another
  /// revision or of another path; a secret that has versions has lost them).
  Result<std::optional<format::Head>> head_of(const format::PathHash& hash, std::string_view path,
                                              const std::optional<Located>& newest) const;
  Result<std::optional<format::Head>> head_of(const format::PathHash& hash,
                                              std::string_view path) const;
  /// Why there is no such version. Errors: corrupt (there should be one), else what to answer.
  Error absent(const format::PathHash& hash, std::string_view path, std::uint64_t version) const;
  Result<std::optional<format::Name>> find_name(std::string_view path) const;
  Result<std::optional<format::Name>> name_at(const format::PairKey& key) const;
  /// How many names stand in a folder; 0: there is no such folder. Errors: corrupt.
  Result<std::uint64_t> names_in(std::string_view folder) const;
  /// How many documents of a kind have a name, as the root says.
  std::uint64_t& names_of(DocumentKind kind) const;
  using ChildVisit = std::function<Result<bool>(const format::Name&, const format::PathHash&)>;
  /// Runs `visit` over the children of a folder's or list's hash, in no order that means
  /// anything, until it answers false. Errors: corrupt besides, where it came to the end and
  /// found another number of them than `expected`.
  Result<void> each_child(const format::PathHash& folder, std::uint64_t expected,
                          const ChildVisit& visit) const;
  /// Of the secret that has this name and newest version. Errors: corrupt.
  Result<Metadata> metadata_of(std::string_view path, const format::PathHash& hash,
                               const format::Name& name,
                               const std::optional<Located>& newest) const;
  /// Errors: corrupt. Checks a version's header against its wrap, without opening the value.
  Result<void> authenticate(const format::PathHash& hash, const Located& located) const;
  /// Errors: failed. A time to come cannot be set while the clock cannot be believed.
  Result<void> check_clock() const;
  /// The state's error, or none. Notes that something was seen to be expired.
  Result<void> check_state(const Located& located, Deleted deleted = Deleted::refuse) const;
  /// Where reads are audited.
  void note_get(std::string_view path, std::uint64_t version, const Result<Secret>& secret) const;
  Result<SecretBytes> open_document(DocumentKind kind, std::string_view id, Located located) const;

  // Changes, each of which keeps count and digest of the root.
  Result<void> put_small(storage::Table table, ByteView key, format::Domain domain,
                         ByteView plaintext);
  Result<bool> remove_small(storage::Table table, ByteView key);
  Result<void> put_version(const format::PathHash& hash, std::uint64_t version,
                           const Cipher::Sealed& sealed, const format::VersionHeader& header);
  /// Of a version that has one: what the table of values holds for it goes.
  Result<void> remove_value(const format::PathHash& hash, std::uint64_t version);
  Result<void> replace_version(const format::PathHash& hash, std::uint64_t version,
                               const format::VersionHeader& before, ByteView record,
                               const format::VersionHeader& after);
  Result<void> remove_version(const format::PathHash& hash, std::uint64_t version,
                              const format::VersionHeader& header);
  void toggle_digest(const crypto::ShortHash& item);

  Result<void> add_due(const format::PathHash& hash, std::uint64_t version, std::int64_t due_at_ms,
                       Pending::Why why, std::string_view path);
  Result<void> remove_due(const format::PathHash& hash, std::uint64_t version,
                          std::int64_t due_at_ms, Pending::Why why);
  Result<void> remove_all_due(const format::PathHash& hash, std::uint64_t version,
                              const format::VersionHeader& header);
  /// `created_at_ms` 0: now. `head_revision`: of a secret that has no version.
  Result<void> add_secret_name(std::string_view path, std::int64_t created_at_ms = 0,
                               std::uint32_t head_revision = 0);
  Result<void> remove_secret_name(std::string_view path);
  /// Of a secret that is there: the revision of its head while it has no version, else 0.
  Result<void> tell_name(std::string_view path, std::uint32_t head_revision);
  Result<void> put_name(const format::PairKey& key, const format::Name& name);
  /// The newest version is not the newest any more. Answers how many rows the secret has.
  Result<std::uint32_t> supersede(const format::PathHash& hash);
  /// Answers how many versions went.
  Result<std::uint32_t> trim(const format::PathHash& hash, std::string_view path,
                             std::uint64_t newest_to_go, const std::vector<Reference>& references,
                             const std::optional<format::Head>& head);
  /// Another header for a version; its DEK is wrapped anew, its value is not read.
  Result<void> change_header(const format::PathHash& hash, const Located& located,
                             const format::VersionHeader& after);
  /// Writes the head's row with its next revision, which the newest version, or the name, is
  /// still to be told.
  Result<std::uint32_t> write_head(const format::PathHash& hash, const format::Head& head);
  /// The same of a secret that is there, and tells whichever of the two it is.
  Result<void> put_head(const format::PathHash& hash, const format::Head& head);
  Result<void> destroy_located(const format::PathHash& hash, const Located& located,
                               std::string_view path, bool time_was_over);
  void touch(const format::PathHash& hash) { touched[hash[0]].set(hash[1]); }
  /// The same for what is to be sealed: splits the bucket where the store has grown, so no
  /// view into the tables lives on.
  Result<WrappingKey> sealing_key(const format::PathHash& hash);
  Result<bool> has_grown() const;
  Result<void> split(std::uint8_t bucket);
  /// Gives a bucket a new key, and these of its leaves (of a whole bucket, all there is to it):
  /// every living DEK below is wrapped anew, every other key of the bucket moves under the new
  /// one. The bucket's new key is the caller's to wrap and put; lookups see none of it.
  Result<BucketKey> renew_bucket(std::uint8_t bucket, const LeafSet& leaves, std::uint64_t epoch);
  /// How many buckets have keys, their own or of leaves, that the rotation under way, if there
  /// is one, has yet to replace.
  Result<std::uint64_t> buckets_to_renew() const;
  /// Renews touched and pending buckets and wraps every bucket key under the next epoch.
  Result<void> rotate();
  /// What was touched and is not renewed by this commit is written down in the root.
  void note_pending();
};

/// What a Located points into is gone with the next write: this is not.
struct KeptVersion {
  std::uint64_t version = 0;
  format::VersionHeader header;
};

VersionInfo info_of(const View::Impl::Located& located);
/// Errors: usage (control characters), limit (too long).
Result<void> check_actor(const Actor& actor);

/// Whether a path is the prefix, or below it; every path is below "".
bool is_below(std::string_view path, std::string_view prefix);

Error no_such_secret();
Error no_such_version(std::uint64_t version);
/// A record that another record tells of is not there, or not the one that is told of.
Error lost(Literal what);

}  // namespace coffer::secrets
