// Shredding (SPEC.md section 7): a destroyed value must not come back, not even for an attacker
// with the current master key and every byte of the files, free pages included.
//
//   1. epoch key e+1 is written to the other epoch slot of the keyring, durably
//   2. one commit: the versions are gone, touched buckets and leaves have new keys, living
//      DEKs are re-wrapped, every bucket key is wrapped under e+1, the root says e+1
//   3. a second commit, so that both meta pages of the data file lead to e+1
//   4. epoch slot e is overwritten in place, durably; only then is the write acknowledged
//
// Steps 1 and 2 run under one write lock, 3 under a second, 4 under a third that finds the
// root still at e+1 (if another process went on to e+2, it has overwritten slot e itself).
// Power cut after 1: the next open finds root e and erases e+1. After 2 or 3: the next open finds
// e+1 and does 3 and 4. After 4: nothing is left to do.
#include <set>

#include "keys/keyring/keyring.h"
#include "records/root_record.h"
#include "records/vault/epochs.h"
#include "records/writing.h"
#include "storage/environment.h"

namespace coffer::records {
namespace {

using storage::Table;

KeysToRenew all_to_renew(const format::Root& root, KeysToRenew touched) {
  for (unsigned number = 0; number < format::kBucketCount; ++number)
    if ((root.pending_buckets[number / 8] >> (number % 8) & 1) != 0)
      touched.try_emplace(static_cast<std::uint8_t>(number));
  for (const std::uint16_t leaf : root.leaves.pending)
    touched[static_cast<std::uint8_t>(leaf >> 8)].set(leaf & 0xFF);
  return touched;
}

}  // namespace

Result<void> Writing::rotate(storage::Environment& environment, keys::Keyring& keyring) {
  const std::uint64_t next = root_.epoch + 1;
  COFFER_TRY(environment.look_at_files());  // The body may have taken long.
  const auto next_key = COFFER_TRY(keyring.add_epoch(next));
  const KeysToRenew to_renew = all_to_renew(root_, touched_);
  for (unsigned number = 0; number < format::kBucketCount; ++number) {
    const auto bucket = static_cast<std::uint8_t>(number);
    const auto renewed = to_renew.find(bucket);
    Bytes record;
    if (renewed != to_renew.end()) {
      const BucketKey fresh = COFFER_TRY(renew_bucket(bucket, renewed->second, next));
      record = cipher().wrap_bucket(bucket, fresh, *next_key, next);
    } else {
      const BucketKey* current = COFFER_TRY(keys_.bucket(bucket, txn_));
      record = cipher().wrap_bucket(bucket, *current, *next_key, next);
    }
    COFFER_TRY(txn_.put(Table::buckets, {&bucket, 1}, record));
  }
  root_.epoch = next;
  root_.pending_buckets = {};
  root_.leaves.pending.clear();
  root_.pending_since = 0;
  // The new key is in the open keyring file: data.mdb must not name the new epoch if the keyring's
  // path now leads to another file.
  return environment.look_at_files();
}

void Writing::note_pending() {
  if (touched_.empty()) return;
  std::set<std::uint16_t> leaves(root_.leaves.pending.begin(), root_.leaves.pending.end());
  for (const auto& [bucket, set] : touched_) {
    if (!root_.leaves.is_split(bucket)) {
      std::uint8_t& bits = root_.pending_buckets[bucket / 8];
      bits = static_cast<std::uint8_t>(bits | 1U << (bucket % 8));
      continue;
    }
    for (std::size_t leaf = 0; leaf < set.size(); ++leaf)
      if (set.test(leaf)) leaves.insert(static_cast<std::uint16_t>(bucket << 8 | leaf));
  }
  root_.leaves.pending.assign(leaves.begin(), leaves.end());
  if (root_.pending_since == 0) root_.pending_since = root_.sequence + 1;
}

// --- steps 3 and 4, which recovery also does ----------------------------------------------------

Result<void> Epochs::finish_erasing(std::uint64_t epoch) {
  {
    const auto txn = COFFER_TRY(storage::WriteTxn::begin(environment_));
    format::Root root = COFFER_TRY(read_root(cipher_, *txn));
    if (root.epoch != epoch) return {};
    COFFER_TRY(put_root(cipher_, *txn, root));
    COFFER_TRY(txn->commit());
  }
  const auto txn = COFFER_TRY(storage::WriteTxn::begin(environment_));
  const format::Root root = COFFER_TRY(read_root(cipher_, *txn));
  if (root.epoch != epoch) return {};
  COFFER_TRY(keyring_.erase_epochs_except(epoch));
  return keyring_.drop_previous();
}

Result<void> Epochs::finish_shredding() {
  std::uint64_t epoch = 0;
  {
    const auto txn = COFFER_TRY(storage::WriteTxn::begin(environment_));
    epoch = COFFER_TRY(read_root(cipher_, *txn)).epoch;
    bool holds_ours = false;
    for (const std::uint64_t other : COFFER_TRY(keyring_.stored_epochs()))
      holds_ours = holds_ours || other == epoch;
    // A data file that names a third epoch was rolled back: erase nothing.
    if (!holds_ours) return missing(epoch);
  }
  return finish_erasing(epoch);
}

}  // namespace coffer::records
