// The keyring file, opened: slots, master key, root secret, epoch keys.
//
//   slot -> master key -> { root secret -> path-hash, name, digest, root keys ;
//                           epoch key e -> bucket keys (in data.mdb) }
//
// The root secret is random and wrapped by the master key, so that a new master key
// changes no path hash. An epoch key is never derived: to erase it is to lose it.
// Changes of the file (slots, epochs) are made by whoever holds the store's write
// lock; reading is free. Thread-safe.
//
// Another process may put a new master key in place of the one that this keyring was opened
// with. It is then behind: what needs the new one answers `busy`, and catch_up() opens the
// slot that opened it once more, by the key or the provider that it has kept for that.
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

/// What the root secret gives: keys that outlive epochs and are never wrapped by anything.
struct IndexKeys {
  crypto::Key path_hash;  ///< SipHash: its first 16 bytes.
  crypto::Key digest;     ///< SipHash: its first 16 bytes.
  crypto::Key names;      ///< Wraps heads, names, references, due entries, tombstones.
  crypto::Key root;       ///< Wraps the root and the settings.
  crypto::Key audit;      ///< Seals the audit log.
  crypto::Key receipt;    ///< Authenticates receipts.
  crypto::Key anchor;     ///< Wraps what an anchor's file holds.
};

/// What a keyring is opened with.
struct Opening {
  /// Tried in this order; the first that opens a slot wins.
  std::span<const KeySource> sources;
  LogSink log = {};
  /// Where no source is given: the URIs that the slots keep, in the order of the slots, as far
  /// as nobody needs to be asked and the URI may be followed unasked; last, where there is a
  /// prompt, a passphrase.
  bool try_stored = false;
  EnvironmentLookup environment = {};
  PassphrasePrompt prompt = {};
};

// For the files that a Keyring is made of.
Error no_such_slot();
Error changed_meanwhile();
Error rotated_elsewhere();

/// A slot as it stood, and as it is to stand: both wrap the master key of this generation.
struct PreparedRewrap {
  std::uint64_t generation = 0;
  format::KeySlot before;
  format::KeySlot after;
};

/// A new master key and the table's slots as they wrap it.
struct PreparedRotation {
  crypto::Key master_key;
  std::vector<format::KeySlot> before;  ///< As they stood in the table.
  std::vector<format::KeySlot> after;
};

class Keyring {
 public:
  /// Writes a new keyring file with epoch 1; not yet synced as a name (the caller moves the
  /// whole directory into place). Errors: usage, limit, io, key_unavailable.
  static Result<std::unique_ptr<Keyring>> create(const std::string& path,
                                                 std::span<const KeySource> sources,
                                                 std::int64_t now_ms,
                                                 std::string_view epoch_home = {});
  /// Errors: no_store, corrupt, too_new, wrong_key, key_unavailable, usage (no key), io.
  static Result<std::unique_ptr<Keyring>> open(const std::string& path, const Opening& opening);
  static Result<std::unique_ptr<Keyring>> open(const std::string& path,
                                               std::span<const KeySource> sources,
                                               const LogSink& log);

  /// Where epoch keys are, if not in the file: a TPM's URI.
  const std::string& epoch_home() const { return header_.epoch_home; }
  /// Of a store that comes to nothing.
  void give_up_home() const { home_->give_up(); }
  /// The file, for who holds it against its name.
  int descriptor() const { return file_.descriptor(); }
  const format::StoreId& store_id() const { return header_.store_id; }
  const IndexKeys& index_keys() const { return index_keys_; }

  using EpochKey = std::shared_ptr<const crypto::Key>;
  /// The key of one epoch, from memory or the file. Errors: not_found (erased, or not yet
  /// there), corrupt, io.
  Result<EpochKey> epoch_key(std::uint64_t epoch);
  /// The epochs that the file holds now, intact.
  Result<std::vector<std::uint64_t>> stored_epochs();

  // Under the write lock of the store:
  /// Makes epoch e + 1's key durable in the other epoch slot. Power cut: both epochs stand,
  /// and the next open erases the one that data.mdb does not name. The key is not kept in
  /// memory: until data.mdb names the epoch, another process may make another key for it.
  Result<EpochKey> add_epoch(std::uint64_t epoch);
  /// Overwrites every epoch slot but this epoch's, in place, durably.
  Result<void> erase_epochs_except(std::uint64_t epoch);

  /// Whether the copies of some part were not the same when the keyring was opened.
  bool needs_repair() const { return needs_repair_; }
  /// Under the write lock: makes both copies of every part equal again. Of two epochs neither
  /// is touched: first erase the one that is not the store's. Errors: corrupt, too_new, io.
  Result<void> repair();

  // The table of key slots. Each call reads it anew and refuses one that is not genuine.
  Result<std::vector<KeySlotInfo>> slots();
  /// Not under the write lock: may ask a person, and stretches. Errors: limit (every slot is
  /// taken, the URI is too long), usage, key_unavailable, declined, io, corrupt.
  Result<PreparedSlot> prepare_slot(const KeySource& source, std::int64_t now_ms);
  /// Under the write lock; returns the new slot's number. Errors: limit, corrupt, io; busy (a
  /// provider wrapped for a slot number or a master key that is no longer the next). `prepared`
  /// is used up only where it succeeds.
  Result<int> add_slot(PreparedSlot& prepared);
  /// Both at once, where nobody else waits for the lock.
  Result<int> add_slot(const KeySource& source, std::int64_t now_ms);
  /// Under the write lock. Errors: not_found, in_use (the last slot), corrupt, io. Where the
  /// slot is gone already, afterwards no copy of the file holds it either.
  Result<void> remove_slot(int number);
  /// Whether remove_slot() would. Errors: as it.
  Result<void> check_removal(int number);
  Result<void> test_slot(int number, const KeySource& source);
  /// Whether the slot that opened this keyring was last noted to be used a day ago or longer:
  /// opening must not write each time.
  bool use_is_worth_noting(std::int64_t now_ms) const;
  /// Under the write lock. Errors: corrupt, io.
  Result<void> note_use(std::int64_t now_ms);

  // Slots wrapped anew. What is prepared is made outside the write lock, for a person may be
  // asked and a provider takes its time; what stands by then in the table is compared.
  /// The slot by the key that it has, whichever its provider would use for it now.
  /// Errors: not_found, those of SlotKeys::open(), of wrap_again().
  Result<PreparedRewrap> prepare_rewrap(int number, SlotKeys& slot_keys);
  /// Under the write lock. Errors: not_found, busy (it was changed meanwhile), corrupt, io.
  Result<void> replace_slot(const PreparedRewrap& prepared);

  // The master key. A rotation is rotate_master(), an epoch made by add_epoch() and named by
  // data.mdb, the old epoch erased, drop_previous(): a crash in between is finished by whoever
  // opens the keyring next.
  /// Every slot but those, wrapping one new key. Errors: not_found, usage (no slot left), those
  /// of SlotKeys::open() and wrap_again(): number() is the slot.
  Result<PreparedRotation> prepare_rotation(const std::vector<int>& without, SlotKeys& slot_keys);
  /// Under the write lock. Power cut: one of the table's two copies is whole, the old one or the
  /// new one, and the newer counts. Errors: busy (the slots were changed meanwhile), limit,
  /// corrupt, io.
  Result<void> rotate_master(PreparedRotation& prepared);
  /// Under the write lock: forgets the master key before, where no epoch key needs it any more.
  Result<void> drop_previous();
  bool has_previous();
  /// Whether every epoch key in the file is wrapped by the master key as it is now.
  Result<bool> epochs_are_current();
  std::uint64_t generation();

  bool is_behind() const { return behind_; }
  /// Not under the write lock: a provider may be asked. Errors: wrong_key (the slot that opened
  /// this keyring is there no more), rolled_back (an older table was put back), those of
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
  std::mutex mutex_;  // Of what follows.
  crypto::Key master_key_;
  std::uint64_t generation_ = 1;
  std::optional<crypto::Key> previous_key_;
  std::map<std::uint64_t, EpochKey> epochs_;
  std::atomic<bool> needs_repair_ = false;
  bool lacks_room_ = false;  // Under mutex_ once it is open: a place for an epoch key has no block.
  std::atomic<bool> behind_ = false;
  std::uint32_t opened_by_ = 0;
  SlotOpener opener_;                 // Of that slot.
  std::int64_t use_noted_at_ms_ = 0;  // Of that slot; when it was made counts as a use.
};

}  // namespace coffer::keys
