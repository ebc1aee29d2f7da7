// A store's key slots: what a caller can see of them, and how they are wrapped again. Times are ms
// since 1970 UTC, 0 = unset.
#pragma once

#include <coffer/error.h>
#include <coffer/export.h>
#include <coffer/facet.h>
#include <coffer/key_source.h>
#include <coffer/result.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

struct KeySlotInfo {
  int slot = 0;
  std::string provider;
  std::string uri;
  std::string key_id;
  std::int64_t created_at_ms = 0;
  std::int64_t last_used_at_ms = 0;
};

/// Where the keys of slots come from when the slots are wrapped again. The slot that opened the
/// store needs no source: its key is in memory.
struct SlotKeyOptions {
  /// Tried first, each for the slots of its kind.
  std::vector<KeySource> keys = {};
  /// Gives the key for a slot that none of `keys` opens. Empty: the slot's own URI, with
  /// `environment` and without a prompt.
  std::function<Result<KeySource>(const KeySlotInfo& slot)> source_of = {};
  EnvironmentLookup environment = {};
};

struct RewrappedSlot {
  KeySlotInfo slot;           ///< As it is now.
  std::string key_id_before;  ///< Differs if the provider had rotated its key.
  std::optional<Error> error;
  /// It need not be wrapped again: no provider can have rotated its key, which was not given.
  bool skipped = false;
};

struct RotateKeyOptions {
  SlotKeyOptions slot_keys = {};
  /// Slots to give up: their keys will open nothing any more.
  std::vector<int> without = {};
};

struct RotateKeyReport {
  std::uint64_t generation = 0;  ///< The master key's; the first key has 1.
  std::vector<int> slots;        ///< The slots that open the store as before.
  std::vector<int> given_up;
  std::uint64_t epoch_before = 0;
  std::uint64_t epoch_after = 0;
};

struct RotateDataOptions {
  /// Called after each batch: `done` of `all` bucket keys are new. False stops the rotation; what
  /// is done stays done, and another call goes on from there.
  std::function<bool(std::uint64_t done, std::uint64_t all)> progress = {};
  /// A batch is whole buckets with about this many versions; other writers wait for a batch to end.
  std::uint64_t versions_at_once = 16'384;
};

struct RotateDataReport {
  bool resumed = false;        ///< An earlier call had begun it.
  std::uint64_t buckets = 0;   ///< Keys that this call replaced.
  std::uint64_t versions = 0;  ///< Data keys that it wrapped again.
  std::uint64_t epoch_before = 0;
  std::uint64_t epoch_after = 0;
};

/// The key slots, the master key and the data keys of an open store; Store::keys() makes it.
class COFFER_API Keys : public Facet {
 public:
  Result<std::vector<KeySlotInfo>> slots();
  /// Returns the slot's number. Errors: limit (no free slot), conflict, key_unavailable.
  Result<int> add(const KeySource& key);
  /// Errors: not_found, in_use (the last slot).
  Result<void> remove(int slot);
  /// Wraps the master key again for a slot, for example after its provider has rotated its key; the
  /// slot's old contents are overwritten. Slot 0: every slot; then the call succeeds and each
  /// outcome holds its error. Errors for one slot: not_found, wrong_key, key_unavailable, declined,
  /// busy (another process changed the slot meanwhile), corrupt, io.
  Result<std::vector<RewrappedSlot>> rewrap(int slot, const SlotKeyOptions& options = {});
  /// Replaces the store's master key by a new random key, wrapped for every slot that is not given
  /// up, with a new epoch key under it. If the key of one slot is out of reach, the call fails and
  /// nothing has changed. Another process goes on by the slot that opened its store; if that slot
  /// was given up, its calls answer wrong_key. After a power cut the rotation is not done, or the
  /// next open finishes it. Bucket and data keys stay: see rotate_data(). Errors: not_found, in_use
  /// (no slot would be left), wrong_key, key_unavailable, declined, busy, corrupt, io.
  Result<RotateKeyReport> rotate(const RotateKeyOptions& options = {});
  /// Replaces every bucket key, and wraps the data key of every living version under a new bucket
  /// key; values are not touched. It works in batches, and each batch is a shredding: others can
  /// always read, and write between two batches. After a kill another call goes on from there.
  /// Errors: declined (stopped by `progress`), corrupt, io.
  Result<RotateDataReport> rotate_data(const RotateDataOptions& options = {});
  /// Opens the slot with `key` without changing anything. Errors: as Store::open.
  Result<void> test(int slot, const KeySource& key);

 private:
  using Facet::Facet;
};

}  // namespace coffer
