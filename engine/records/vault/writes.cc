// Runs a write: its body, its commit and, if it destroyed something, the shredding.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "records/receipt.h"
#include "records/vault/core.h"
#include "storage/directory.h"

namespace coffer::records {
namespace {

// Other processes may shred in between. The limit ends the wait for a key that never goes away.
constexpr int kErasingsMax = 64;
constexpr std::uint64_t kRoomBytesMax = std::uint64_t{8} << 30;
// A version that max_versions removed is erased at most this many commits later.
constexpr std::uint64_t kPendingCommitsMax = 1000;
// Other processes may rotate the master key repeatedly: try again only so often.
constexpr int kCatchingsMax = 3;

// The vault whose body runs in this thread: a second write inside the body would wait for ever.
thread_local const void* writing_in_this_thread = nullptr;

class WritingHere {
 public:
  explicit WritingHere(const void* core) : outer_(writing_in_this_thread) {
    writing_in_this_thread = core;
  }
  ~WritingHere() { writing_in_this_thread = outer_; }
  WritingHere(const WritingHere&) = delete;
  WritingHere& operator=(const WritingHere&) = delete;

 private:
  const void* outer_;
};

bool is_overdue(const format::Root& root) {
  return (root.pending_since != 0 && root.sequence >= root.pending_since + kPendingCommitsMax) ||
         root.leaves.pending.size() > format::kPendingLeavesMax;
}

// Fills the report after the commit is durable.
void tell(WriteReport& report, const format::Root& root, Destroyed& destroyed) {
  report.sequence = report.receipt.sequence = root.sequence;
  if (!root.anchor.uri.empty()) report.anchor = root.anchor.cadence;
  report.receipt.epoch_after = root.epoch;
  report.receipt.at_ms = root.time_high_ms;
  report.receipt.destroyed = std::move(destroyed.versions);
  report.receipt.documents = std::move(destroyed.documents);
}

}  // namespace

Result<WriteReport> Vault::Core::write(const Body& body, const Caller& caller, Attempt& attempt,
                                       const Intent* intent) {
  if (writing_in_this_thread == this)
    return Error(ErrorCode::failed, "a transaction's body writes to its own store",
                 "use the transaction that the body was given");
  const WritingHere here(this);
  for (int erasings = 0, catchings = 0;;) {
    attempt.retry = Retry::none;
    auto report = attempt_write(body, caller, attempt, intent);
    // Not under the write lock, because a provider may be asked.
    if (!report && keyring_->is_behind() && ++catchings <= kCatchingsMax) {
      COFFER_TRY(keyring_->catch_up());
      continue;
    }
    if (report) {
      ShredReceipt& receipt = report->receipt;
      const bool has_erased = receipt.epoch_after != receipt.epoch_before;
      if (has_erased) hand_out(receipt, attempt.seals, caller);
      anchor_.keep(report->anchor, has_erased);
    }
    if (report || attempt.retry == Retry::none || attempt.room_bytes >= kRoomBytesMax)
      return report;
    if (attempt.retry == Retry::more_room) attempt.room_bytes *= 2;
    if (attempt.retry == Retry::erase_first && ++erasings > kErasingsMax) return report;
    if (attempt.retry == Retry::erase_first) COFFER_TRY(epochs_.finish_shredding());
  }
}

Result<WriteReport> Vault::Core::attempt_write(const Body& body, const Caller& caller,
                                               Attempt& attempt, const Intent* intent) {
  attempt.refused.clear();
  attempt.reads.clear();
  auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment_, attempt.room_bytes));
  format::Root root = COFFER_TRY(read_root(cipher_, *txn));
  const std::shared_ptr<EpochKeys> keys = COFFER_TRY(epochs_.keys_of(root.epoch));
  Writing writing(means_, *txn, *keys, root, caller.actor);
  WriteReport report;
  report.receipt.epoch_before = report.receipt.epoch_after = root.epoch;
  report.sequence = root.sequence;

  if (auto done = body(writing); !done) {
    attempt.refused = writing.notes().refused_by(done.error(), intent);
    attempt.reads = writing.notes().reads();
    if (txn->map_was_full()) attempt.retry = Retry::more_room;
    return std::move(done).error();
  }
  if (!writing.changed_) {
    attempt.refused = writing.notes().take_refused();
    return report;
  }
  if (!writing.must_shred_) writing.note_pending();
  const bool shreds = writing.must_shred_ || is_overdue(root);
  // Another process is between its commit and its erasing, which must come first.
  if (shreds && COFFER_TRY(keyring_->stored_epochs()).size() > 1) {
    attempt.retry = Retry::erase_first;
    return Error(ErrorCode::busy, "another process is erasing what it destroyed", "try again");
  }
  if (shreds) report.receipt.pending_erased = root.pending_count();
  COFFER_TRY(commit(*txn, writing, root, shreds, caller, attempt));
  txn.reset();
  waiters_.commit_was_made();
  if (log_) log_("info", "committed", "sequence " + std::to_string(root.sequence));
  COFFER_CHECK((root.epoch != report.receipt.epoch_before) == shreds);
  tell(report, root, writing.destroyed_);
  report.versions_rewrapped = writing.versions_rewrapped_;
  attempt.seals = std::move(writing.destroyed_.seals);
  if (shreds) COFFER_TRY(epochs_.finish_erasing(root.epoch));
  return report;
}

Result<void> Vault::Core::commit(storage::WriteTxn& txn, Writing& writing, format::Root& root,
                                 bool shreds, const Caller& caller, Attempt& attempt) {
  const std::uint64_t epoch_before = root.epoch;
  Result<void> result;
  if (shreds) result = writing.rotate(*environment_, *keyring_);
  CarriedRefusals carried(refusals_);
  if (result) result = append_records(txn, writing, root, carried, caller.actor);
  if (result) {
    root.time_high_ms = writing.now_ms();
    result = put_root(cipher_, txn, root);
  }
  if (!result) {
    if (txn.map_was_full()) attempt.retry = Retry::more_room;
    // Still under the write lock: erase the new epoch key, which no commit will name.
    if (shreds) (void)keyring_->erase_epochs_except(epoch_before);
    return result;
  }
  // A failed commit may still have reached the disk, so both epoch keys stay: the next reading of
  // the root shows which one counts.
  if (auto committed = txn.commit(); !committed) {
    if (txn.map_was_full()) attempt.retry = Retry::more_room;
    return committed;
  }
  carried.are_durable();
  return {};
}

// LMDB shows a table of values that another process made only after a commit of this process, which
// may be empty.
Result<bool> Vault::Core::lacks_values(const storage::Txn& txn) const {
  if (txn.has(storage::Table::values) || writing_in_this_thread == this) return false;
  const auto name =
      as_bytes(storage::kTableNames[static_cast<std::size_t>(storage::Table::values)]);
  return COFFER_TRY(txn.get(storage::Table::main, name)).has_value();
}

std::string Vault::Core::erase_promise() const {
  return keyring_->epoch_home().empty() ? storage::erase_promise(directory())
                                        : std::string(kErasedInTpm);
}

// A receipt names paths, so only the caller that wrote gets it.
void Vault::Core::hand_out(ShredReceipt& receipt, const Seals& seals, const Caller& caller) {
  receipt.erase = erase_promise();
  receipt.text = issue_receipt(keyring_->index_keys(), keyring_->store_id(), receipt, seals);
  ReceiptSink sink;
  {
    const std::lock_guard lock(caller.receipts->mutex);
    sink = caller.receipts->sink;
  }
  if (sink) sink(receipt);
}

}  // namespace coffer::records
