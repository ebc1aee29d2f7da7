// The rotation of data keys: finds the keys made before it, and chooses those that the next commit
// replaces. The root names the epoch below which keys are old, so a rotation survives a kill.
#include <algorithm>

#include "records/writing.h"

namespace coffer::records {
namespace {

// The keys of one bucket that were made before the rotation: its own key, or keys of its leaves.
struct OldKeys {
  bool any = false;
  bool is_split = false;
  LeafSet leaves = {};
};

Result<OldKeys> old_keys_of(const Reading& reading, std::uint8_t number) {
  const std::uint64_t below = reading.root().rekey_below;
  const BucketKeys keys = COFFER_TRY(reading.bucket_keys(number));
  OldKeys old{keys.bucket->made_in_epoch < below, keys.leaves != nullptr};
  for (std::size_t leaf = 0; old.is_split && leaf < old.leaves.size(); ++leaf)
    old.leaves.set(leaf, keys.leaves->at(static_cast<std::uint8_t>(leaf)).made_in_epoch < below);
  old.any = old.any || old.leaves.any();
  return old;
}

// Marks old keys of a bucket for renewal and returns how many versions this wraps again. Stops at
// `room` in a split bucket, but takes at least one leaf.
std::uint64_t take(KeysToRenew& touched, std::uint8_t number, const OldKeys& old,
                   std::uint64_t versions, std::uint64_t room) {
  constexpr std::uint64_t kLeaves = std::uint64_t{format::kBucketCount} * format::kLeafCount;
  LeafSet& taken = touched[number];
  if (!old.is_split) return versions / format::kBucketCount + 1;
  const std::uint64_t in_leaf = versions / kLeaves + 1;
  std::uint64_t used = 0;
  for (std::size_t leaf = 0; leaf < old.leaves.size() && (used == 0 || used < room); ++leaf) {
    if (!old.leaves.test(leaf)) continue;
    taken.set(leaf);
    used += in_leaf;
  }
  return std::max<std::uint64_t>(used, 1);
}

}  // namespace

Result<std::uint64_t> Reading::buckets_to_renew() const {
  std::uint64_t count = 0;
  if (root_.rekey_below == 0) return count;
  for (unsigned number = 0; number < format::kBucketCount; ++number)
    count += COFFER_TRY(old_keys_of(*this, static_cast<std::uint8_t>(number))).any;
  return count;
}

Result<std::uint64_t> Writing::renew_buckets(std::uint64_t versions_at_once) {
  if (root_.rekey_below == 0) return 0;  // Another process has finished the rotation.
  std::uint64_t left = 0;
  std::uint64_t used = 0;
  for (unsigned i = 0; i < format::kBucketCount; ++i) {
    const auto number = static_cast<std::uint8_t>(i);
    const OldKeys old = COFFER_TRY(old_keys_of(*this, number));
    if (!old.any) continue;
    if (used < versions_at_once)
      used += take(touched_, number, old, record_count(), versions_at_once - used);
    const auto taken = touched_.find(number);
    left += taken == touched_.end() || (old.is_split && taken->second != old.leaves);
  }
  must_shred_ = used != 0;
  changed_ = true;
  if (left == 0) {
    root_.rekey_below = 0;
    notes_.note(format::Action::key_rekey, "");
  }
  return left;
}

bool Writing::begin_renewal() {
  if (root_.rekey_below != 0) return false;
  root_.rekey_below = root_.epoch + 1;
  notes_.note(format::Action::key_begin, format::action_name(format::Action::key_rekey));
  changed_ = true;
  return true;
}

}  // namespace coffer::records
