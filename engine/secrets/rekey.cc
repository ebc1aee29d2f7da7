#include "secrets/rekey.h"

#include <algorithm>

#include "secrets/engine_state.h"

namespace coffer::secrets {
namespace {

/// A batch's pages are in memory until its commit.
constexpr std::uint64_t kBatchBytesMax = std::uint64_t{64} << 20;

/// A bucket's keys of before the rotation: its own, or some of its leaves'.
struct OldKeys {
  bool any = false;
  bool is_split = false;
  LeafSet leaves = {};
};

Result<OldKeys> old_keys_of(const View::Impl& impl, std::uint8_t number) {
  const std::uint64_t below = impl.root->rekey_below;
  const BucketKeys keys = COFFER_TRY(impl.bucket_keys(number));
  OldKeys old{keys.bucket->made_in_epoch < below, keys.leaves != nullptr};
  for (std::size_t leaf = 0; old.is_split && leaf < old.leaves.size(); ++leaf)
    old.leaves.set(leaf, keys.leaves->at(static_cast<std::uint8_t>(leaf)).made_in_epoch < below);
  old.any = old.any || old.leaves.any();
  return old;
}

// Of a split bucket no more leaves than there is room for; at least one of whatever there is.
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

Result<std::uint64_t> View::Impl::buckets_to_renew() const {
  std::uint64_t count = 0;
  if (root->rekey_below == 0) return count;
  for (unsigned number = 0; number < format::kBucketCount; ++number)
    count += COFFER_TRY(old_keys_of(*this, static_cast<std::uint8_t>(number))).any;
  return count;
}

Result<std::uint64_t> Transaction::renew_buckets(std::uint64_t versions_at_once) {
  View::Impl& state = *impl_;
  if (state.root->rekey_below == 0) return 0;  // Another process has done the rest.
  std::uint64_t left = 0;
  std::uint64_t used = 0;
  for (unsigned i = 0; i < format::kBucketCount; ++i) {
    const auto number = static_cast<std::uint8_t>(i);
    const OldKeys old = COFFER_TRY(old_keys_of(state, number));
    if (!old.any) continue;
    if (used < versions_at_once)
      used += take(state.touched, number, old, record_count(), versions_at_once - used);
    const auto taken = state.touched.find(number);
    left += taken == state.touched.end() || (old.is_split && taken->second != old.leaves);
  }
  state.must_shred = used != 0;
  mark_changed();
  if (left == 0) {
    state.root->rekey_below = 0;
    note(format::Action::key_rekey, "");
  }
  return left;
}

Result<bool> Transaction::begin_renewal() {
  View::Impl& state = *impl_;
  if (state.root->rekey_below != 0) return false;
  state.root->rekey_below = state.root->epoch + 1;
  note(format::Action::key_begin, format::action_name(format::Action::key_rekey));
  mark_changed();
  return true;
}

Result<RotateDataReport> rekey(Engine& engine, const RotateDataOptions& options) {
  RotateDataReport report;
  std::uint64_t left = 0;
  COFFER_TRY(engine.write([&](Transaction& txn) -> Result<void> {
    report.resumed = !COFFER_TRY(txn.begin_renewal());
    left = COFFER_TRY(txn.impl().buckets_to_renew());
    return {};
  }));
  bool first = true;
  for (bool more = true; more;) {
    const std::uint64_t file_bytes = COFFER_TRY(engine.status()).file_bytes;
    std::uint64_t before = 0;
    const WriteReport written = COFFER_TRY(engine.write([&](Transaction& txn) -> Result<void> {
      // Large values are written anew with their keys: fewer of them at once.
      const std::uint64_t bytes = file_bytes / (txn.record_count() + 1) + 1;
      before = COFFER_TRY(txn.impl().buckets_to_renew());
      left = COFFER_TRY(
          txn.renew_buckets(std::min(options.versions_at_once, kBatchBytesMax / bytes + 1)));
      return {};
    }));
    if (std::exchange(first, false)) report.epoch_before = written.receipt.epoch_before;
    report.epoch_after = std::max(written.receipt.epoch_after, report.epoch_after);
    report.buckets += before - std::min(left, before);
    report.versions += written.versions_rewrapped;
    more = left != 0;
    if (options.progress && !options.progress(format::kBucketCount - left, format::kBucketCount) &&
        more)
      return Error{ErrorCode::declined, "the rotation was stopped; what is done stays done",
                   Advice::finish_data_rotation};
  }
  return report;
}

}  // namespace coffer::secrets
