// Shredding (SPEC.md section 7): what was destroyed must not come back for whoever holds
// the current master key and every byte of the files, free pages included.
//
//   1. epoch key e+1 is written to the other epoch slot of the keyring, durably
//   2. one commit: the versions are gone, touched buckets and leaves have new keys, living
//      DEKs are re-wrapped, every bucket key is wrapped under e+1, the root says e+1
//   3. a second commit, so that both meta pages of the data file stand at e+1
//   4. epoch slot e is overwritten in place, durably; only then is the write acknowledged
//
// Steps 1 and 2 run under one write lock, 3 under a second, 4 under a third that finds the
// root still at e+1 (if another process went on to e+2, it has overwritten slot e itself).
// A power cut after 1: the next open finds root e, erases e+1. After 2 or 3: it finds e+1,
// does 3 and 4. After 4: nothing to do.
#include <set>

#include "secrets/engine_state.h"

namespace coffer::secrets {
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

Result<void> View::Impl::rotate() {
  const std::uint64_t next = root->epoch + 1;
  COFFER_TRY(engine.environment->look_at_files());  // The body may have taken its time.
  const auto next_key = COFFER_TRY(engine.keyring->add_epoch(next));
  const KeysToRenew to_renew = all_to_renew(*root, touched);
  for (unsigned number = 0; number < format::kBucketCount; ++number) {
    const auto bucket = static_cast<std::uint8_t>(number);
    const auto renewed = to_renew.find(bucket);
    Bytes record;
    if (renewed != to_renew.end()) {
      const BucketKey fresh = COFFER_TRY(renew_bucket(bucket, renewed->second, next));
      record = cipher().wrap_bucket(bucket, fresh, *next_key, next);
    } else {
      const BucketKey* current = COFFER_TRY(keys->bucket(bucket, txn));
      record = cipher().wrap_bucket(bucket, *current, *next_key, next);
    }
    COFFER_TRY(writer->put(Table::buckets, {&bucket, 1}, record));
  }
  root->epoch = next;
  root->pending_buckets = {};
  root->leaves.pending.clear();
  root->pending_since = 0;
  // The new key is in the keyring that is open: data.mdb must not name it where the keyring's
  // name leads elsewhere.
  return engine.environment->look_at_files();
}

void View::Impl::note_pending() {
  if (touched.empty()) return;
  std::set<std::uint16_t> leaves(root->leaves.pending.begin(), root->leaves.pending.end());
  for (const auto& [bucket, set] : touched) {
    if (!root->leaves.is_split(bucket)) {
      std::uint8_t& bits = root->pending_buckets[bucket / 8];
      bits = static_cast<std::uint8_t>(bits | 1U << (bucket % 8));
      continue;
    }
    for (std::size_t leaf = 0; leaf < set.size(); ++leaf)
      if (set.test(leaf)) leaves.insert(static_cast<std::uint16_t>(bucket << 8 | leaf));
  }
  root->leaves.pending.assign(leaves.begin(), leaves.end());
  if (root->pending_since == 0) root->pending_since = root->sequence + 1;
}

// Steps 3 and 4, also what recovery does at open.
Result<void> Engine::Impl::finish_erasing(std::uint64_t epoch) {
  {
    const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment));
    format::Root root = COFFER_TRY(read_root(*txn));
    if (root.epoch != epoch) return {};
    COFFER_TRY(put_root(*txn, root));
    COFFER_TRY(txn->commit());
  }
  const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment));
  const format::Root root = COFFER_TRY(read_root(*txn));
  if (root.epoch != epoch) return {};
  COFFER_TRY(keyring->erase_epochs_except(epoch));
  return keyring->drop_previous();
}

// At open: an epoch key beside the root's own is a shredding that a crash cut short (or one
// that another process is in the middle of, which the write lock then waits for). Then the
// keyring's copies that a crash left unequal are made equal again.
Result<void> Engine::Impl::recover(const Caller& caller) {
  if (COFFER_TRY(keyring->stored_epochs()).size() > 1) COFFER_TRY(finish_shredding());
  if (keyring->needs_repair()) COFFER_TRY(repair_keyring());
  // Both master keys are at hand: what cannot be written now is no reason to stay shut.
  if (auto finished = finish_master_rotation(caller); !finished && log)
    log("warn", "the rotation of the master key could not be finished", directory);
  return {};
}

Result<void> Engine::Impl::repair_keyring() {
  const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment));
  // What is whole serves; a disk too full for the other copy is no reason to stay shut.
  if (auto repaired = keyring->repair(); !repaired && log)
    log("warn", "the keyring's second copy could not be written again", directory);
  return {};
}

// Once a day, and never a reason to stay shut.
void Engine::Impl::note_key_use() {
  const std::int64_t now = clock->now_ms();
  if (!keyring->use_is_worth_noting(now)) return;
  const auto txn = storage::WriteTxn::begin(*environment);
  if ((!txn || !keyring->note_use(now)) && log)
    log("warn", "the use of the key could not be noted", directory);
}

Result<void> Engine::Impl::finish_shredding() {
  std::uint64_t epoch = 0;
  {
    const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment));
    epoch = COFFER_TRY(read_root(*txn)).epoch;
    bool holds_ours = false;
    for (const std::uint64_t other : COFFER_TRY(keyring->stored_epochs()))
      holds_ours = holds_ours || other == epoch;
    // Never erase the wrong one: a data file that names a third epoch is a rolled-back one.
    if (!holds_ours) return missing_epoch(epoch);
  }
  return finish_erasing(epoch);
}

}  // namespace coffer::secrets
