// The keyring file, opened: slots, master key, root secret, epoch keys.
//
//   slot -> master key -> { root secret -> path-hash, name, digest, root keys ;
//                           epoch key e -> bucket keys (in data.mdb) }
//
// The root secret is random and wrapped by the master key, so that a new master key changes no
// path hash. An epoch key is never derived: once erased, it is lost. Only the holder of the store's
// write lock changes the file (slots, epochs); reading needs no lock. Thread-safe.
//
// Another process may replace the master key that this keyring was opened with. The keyring is
// then behind: calls that need the new key answer `busy`, and catch_up() opens the same slot
// again, by the key or the provider that the keyring has kept for this purpose.
#pragma once

#include <coffer/key_source.h>
#include <coffer/options.h>
#include <coffer/result.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "crypto/key.h"
#include "format/keyring_records.h"
#include "keys/keyring/keyring_file.h"
#include "keys/keyring/slot.h"
#include "keys/keyring/slot_keys.h"
#include "keys/media/epoch_home.h"

namespace coffer::keys {

/// Keys that are derived from the root secret: they outlive epochs, and nothing wraps them.
struct IndexKeys {
  crypto::Key path_hash;  ///< SipHash: its first 16 bytes.
  crypto::Key digest;     ///< SipHash: its first 16 bytes.
  crypto::Key names;      ///< Wraps heads, names, references, due entries, tombstones.
  crypto::Key root;       ///< Wraps the root and the settings.
  crypto::Key audit;      ///< Seals the audit log.
  crypto::Key receipt;    ///< Authenticates receipts.
  crypto::Key anchor;     ///< Wraps what an anchor's file holds.
};

/// The keys and options for opening a keyring.
struct Opening {
  /// Tried in this order; the first that opens a slot wins.
  std::span<const KeySource> sources;
  LogSink log = {};
  /// If no source is given, tries the URIs that the slots keep, in the order of the slots, as far
  /// as no person needs to be asked and the URI may be followed unasked; last, if `prompt` is set,
  /// a passphrase.
  bool try_stored = false;
  EnvironmentLookup environment = {};
  PassphrasePrompt prompt = {};
};

// Shared by the files that implement Keyring.
Error no_such_slot();
Error changed_meanwhile();
Error rotated_elsewhere();

/// A slot before and after it is wrapped again: both wrap the master key of this generation.
struct PreparedRewrap {
  std::uint64_t generation = 0;
  format::KeySlot before;
  format::KeySlot after;
};

/// A new master key, and the table's slots that wrap it.
struct PreparedRotation {
  crypto::Key master_key;
  std::vector<format::KeySlot> before;  ///< As the table held them.
  std::vector<format::KeySlot> after;
};

class Keyring {
 public:
  /// Writes a new keyring file with epoch 1. Its name is not synced yet: the caller moves the whole
  /// directory into place. Errors: usage, limit, io, key_unavailable.
  static Result<std::unique_ptr<Keyring>> create(const std::string& path,
                                                 std::span<const KeySource> sources,
                                                 std::int64_t now_ms,
                                                 std::string_view epoch_home = {});
  /// Errors: no_store, corrupt, too_new, wrong_key, key_unavailable, usage (no key), io.
  static Result<std::unique_ptr<Keyring>> open(const std::string& path, const Opening& opening);
  static Result<std::unique_ptr<Keyring>> open(const std::string& path,
                                               std::span<const KeySource> sources,
                                               const LogSink& log);

  /// The URI of the TPM that keeps the epoch keys; empty: the file keeps them.
  const std::string& epoch_home() const { return header_.epoch_home; }
  /// Frees what holds the epoch keys, if the new store is not completed.
  void give_up_home() const { home_->give_up(); }
  /// The open file, for comparing it with the file that has its name.
  int descriptor() const { return file_.descriptor(); }
  const format::StoreId& store_id() const { return header_.store_id; }
  const IndexKeys& index_keys() const { return index_keys_; }

  using EpochKey = std::shared_ptr<const crypto::Key>;
  /// The key of one epoch, from memory or the file. Errors: not_found (erased, or not made
  /// yet), corrupt, io.
  Result<EpochKey> epoch_key(std::uint64_t epoch);
  /// The epochs that the file holds now, intact.
  Result<std::vector<std::uint64_t>> stored_epochs();

  // Under the write lock of the store:
  /// Makes the key of `epoch` durable in its epoch slot; the key of the previous epoch stays. Power
  /// cut: both keys exist, and the next open erases the one that data.mdb does not name. The new
  /// key is not kept in memory: until data.mdb names the epoch, another process may make another
  /// key.
  Result<EpochKey> add_epoch(std::uint64_t epoch);
  /// Overwrites every epoch slot except this epoch's, in place, durably.
  Result<void> erase_epochs_except(std::uint64_t epoch);

  /// Whether the copies of some part differed when the keyring was opened.
  bool needs_repair() const { return needs_repair_; }
  /// Under the write lock: makes both copies of every part equal again. Touches no epoch slot while
  /// both hold a key: the caller first erases the key that is not the store's. Errors: corrupt,
  /// too_new, io.
  Result<void> repair();

  // The table of key slots. Each call reads the table again and refuses one that is not genuine.
  Result<std::vector<KeySlotInfo>> slots();
  /// Not under the write lock: may ask a person, and stretches. Errors: limit (every slot is
  /// taken, the URI is too long), usage, key_unavailable, declined, io, corrupt.
  Result<PreparedSlot> prepare_slot(const KeySource& source, std::int64_t now_ms);
  /// Under the write lock; returns the new slot's number. Errors: limit, corrupt, io; busy (a
  /// provider wrapped for a slot number or a master key that is no longer the next). `prepared`
  /// is used up only if the call succeeds.
  Result<int> add_slot(PreparedSlot& prepared);
  /// prepare_slot() and add_slot() at once, for callers that keep no other process waiting.
  Result<int> add_slot(const KeySource& source, std::int64_t now_ms);
  /// Under the write lock. Errors: not_found, in_use (the last slot), corrupt, io. After
  /// not_found, no copy of the table holds the slot either.
  Result<void> remove_slot(int number);
  /// Answers as remove_slot() would, and removes nothing.
  Result<void> check_removal(int number);
  Result<void> test_slot(int number, const KeySource& source);
  /// Whether the last noted use of the slot that opened this keyring is a day old or older: opening
  /// must not write each time.
  bool use_is_worth_noting(std::int64_t now_ms) const;
  /// Under the write lock. Errors: corrupt, io.
  Result<void> note_use(std::int64_t now_ms);

  // Wrapping slots again. A slot is prepared outside the write lock, because a person may be asked
  // and a provider may be slow; under the lock it is compared with the table as it is then.
  /// Prepares the slot under the key that its provider uses now.
  /// Errors: not_found, those of SlotKeys::open(), of wrap_again().
  Result<PreparedRewrap> prepare_rewrap(int number, SlotKeys& slot_keys);
  /// Under the write lock. Errors: not_found, busy (it was changed meanwhile), corrupt, io.
  Result<void> replace_slot(const PreparedRewrap& prepared);

  // The master key. A rotation is rotate_master(), an epoch made by add_epoch() and named by
  // data.mdb, the old epoch erased, drop_previous(): after a crash in between, the next open goes
  // on with the rotation.
  /// Prepares every slot except those in `without`, wrapping one new key. Errors: not_found, in_use
  /// (no slot left), those of SlotKeys::open() and wrap_again(): number() is the slot.
  Result<PreparedRotation> prepare_rotation(const std::vector<int>& without, SlotKeys& slot_keys);
  /// Under the write lock. Power cut: one of the table's two copies is whole, the old one or the
  /// new one, and the newer counts. Errors: busy (the slots were changed meanwhile), limit,
  /// corrupt, io.
  Result<void> rotate_master(PreparedRotation& prepared);
  /// Under the write lock: forgets the previous master key once no epoch key needs it.
  Result<void> drop_previous();
  bool has_previous();
  /// Whether every epoch key in the file is wrapped by the master key as it is now.
  Result<bool> epochs_are_current();
  std::uint64_t generation();

  bool is_behind() const { return behind_; }
  /// Not under the write lock: a provider may be asked. Errors: wrong_key (the slot that opened
  /// this keyring was removed), rolled_back (an older table was put back), those of
  /// unwrap_master().
  Result<void> catch_up();

 private:
  explicit Keyring(KeyringFile file) : file_(std::move(file)), home_(home_in_keyring(file_)) {}
  Result<void> put_first_epoch();
  Result<void> read_header();
  Result<void> unlock(std::span<const format::KeyringMaster> tables, const Opening& opening);
  Result<void> unlock_with(std::span<const format::KeyringMaster> tables, const KeySource& source,
                           NamedBy named_by);
  Result<void> unlock_table(const format::KeyringMaster& table, const SourceMaterial& material);
  Result<void> adopt_master(crypto::Key master_key, const format::KeyringMaster& table);
  Result<void> adopt_newer(crypto::Key master_key, const format::KeyringMaster& table);
  Result<format::KeyringMaster> read_table();
  Result<format::KeyringMaster> current_table();
  Result<crypto::Key> master_key_of(std::uint64_t generation);
  Result<format::KeySlot> wrap_slot_again(const format::KeySlot& slot, SlotKeys& slot_keys,
                                          const crypto::Key& opens, const crypto::Key& wraps);
  Result<format::KeyringMaster> read_table_for_change();
  Result<void> write_table(format::KeyringMaster& table);
  Result<format::EpochRecord> read_epoch_slot(std::uint64_t epoch);
  Result<EpochKey> put_epoch(std::uint64_t epoch);
  Result<EpochKey> open_epoch(const format::EpochRecord& record);
  Result<void> repair_epoch(std::uint64_t slot);
  Bytes epoch_context(std::uint64_t epoch, std::uint64_t generation) const;

  KeyringFile file_;
  std::unique_ptr<EpochHome> home_;
  format::KeyringHeader header_;
  IndexKeys index_keys_;
  std::mutex catching_up_;
  std::mutex mutex_;  // Guards the members below.
  crypto::Key master_key_;
  std::uint64_t generation_ = 1;
  std::optional<crypto::Key> previous_key_;
  std::map<std::uint64_t, EpochKey> epochs_;
  std::atomic<bool> needs_repair_ = false;
  bool lacks_room_ = false;  // Under mutex_: a place for an epoch key has no disk block yet.
  std::atomic<bool> behind_ = false;
  std::uint32_t opened_by_ = 0;
  SlotOpener opener_;                 // Opens slot opened_by_.
  std::int64_t use_noted_at_ms_ = 0;  // Last noted use of that slot; its making counts as a use.
};

}  // namespace coffer::keys
