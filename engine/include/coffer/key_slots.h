// A store's key slots: what is told of them, and how they are wrapped anew. Times are ms since
// 1970 UTC, 0 = unset.
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

/// Where the keys of slots come from when the slots are wrapped anew. The slot that opened the
/// store needs none of it: its key is at hand.
struct SlotKeyOptions {
  /// Tried first, each for the slots of its kind.
  std::vector<KeySource> keys = {};
  /// Answers for a slot that none of them opens. Empty: the slot's own URI, with `environment`
  /// and nobody to ask.
  std::function<Result<KeySource>(const KeySlotInfo& slot)> source_of = {};
  EnvironmentLookup environment = {};
};

struct RewrappedSlot {
  KeySlotInfo slot;           ///< As it is now.
  std::string key_id_before;  ///< Another one: the provider had rotated its key.
  std::optional<Error> error;
  /// Not wrapped anew, and no harm: its key is its own, was not at hand, and has not changed.
  bool skipped = false;
};

struct RotateKeyOptions {
  SlotKeyOptions slot_keys = {};
  /// Slots that are given up: their keys open nothing any more.
  std::vector<int> without = {};
};

struct RotateKeyReport {
  std::uint64_t generation = 0;  ///< Of the master key; the first one's is 1.
  std::vector<int> slots;        ///< They open the store as before.
  std::vector<int> given_up;
  std::uint64_t epoch_before = 0;
  std::uint64_t epoch_after = 0;
};

struct RotateDataOptions {
  /// Told after each batch: how many of all bucket keys are new. False stops; what is done
  /// stays done, and another call goes on there.
  std::function<bool(std::uint64_t done, std::uint64_t all)> progress = {};
  /// A batch is whole buckets with about so many versions: others wait so long to write.
  std::uint64_t versions_at_once = 16'384;
};

struct RotateDataReport {
  bool resumed = false;        ///< Somebody had begun it.
  std::uint64_t buckets = 0;   ///< Keys that this call replaced.
  std::uint64_t versions = 0;  ///< Data keys that it wrapped anew.
  std::uint64_t epoch_before = 0;
  std::uint64_t epoch_after = 0;
};

/// The key slots, the master key and the data keys of an open store, by Store::keys().
class COFFER_API Keys : public Facet {
 public:
  Result<std::vector<KeySlotInfo>> slots();
  /// Returns the slot's number. Errors: limit (no free slot), conflict, key_unavailable.
  Result<int> add(const KeySource& key);
  /// Errors: not_found, in_use (the last one).
  Result<void> remove(int slot);
  /// Wraps the master key again for a slot, as after its provider has rotated its key; what the
  /// slot held is overwritten. Slot 0: every slot, with the outcome of each. For one slot an error
  /// is the call's. Errors: not_found, wrong_key, key_unavailable, declined, busy (another process
  /// changed the slot meanwhile), corrupt, io.
  Result<std::vector<RewrappedSlot>> rewrap(int slot, const SlotKeyOptions& options = {});
  /// Replaces the store's master key by a new random one, wrapped for every slot but those given
  /// up, with a new epoch key under it. If the key of a slot is out of reach the call fails and
  /// nothing has changed. Other processes go on by the slot that opened their store; if that slot
  /// is given up they answer wrong_key. A power cut leaves the rotation undone, or to be finished
  /// by the next open. Bucket and data keys stay: rotate_data(). Errors: not_found, in_use (no
  /// slot left), wrong_key, key_unavailable, declined, busy, corrupt, io.
  Result<RotateKeyReport> rotate(const RotateKeyOptions& options = {});
  /// Replaces every bucket key, and wraps the data key of every living version again under one of
  /// the new; values are not touched. In batches, each of them a shredding: others read
  /// meanwhile, and write between two. After a kill another call goes on. Errors: declined
  /// (stopped by `progress`), corrupt, io.
  Result<RotateDataReport> rotate_data(const RotateDataOptions& options = {});
  /// Opens the slot with `key` without changing anything. Errors: as Store::open.
  Result<void> test(int slot, const KeySource& key);

 private:
  using Facet::Facet;
};

}  // namespace coffer
