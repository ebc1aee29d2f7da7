// A store's key slots: what is told of them, and how they are wrapped anew. Times are ms since
// 1970 UTC, 0 = unset.
#pragma once

#include <coffer/error.h>
#include <coffer/key_source.h>

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

}  // namespace coffer
