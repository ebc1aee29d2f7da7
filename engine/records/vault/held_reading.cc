#include "records/vault/held_reading.h"

#include <utility>

#include "records/vault/core.h"

namespace coffer::records {

Result<std::unique_ptr<HeldReading>> HeldReading::take(Vault& vault) {
  auto session = COFFER_TRY(vault.begin_read());
  session->txn.hold(vault.core_->hold_limits());
  return std::unique_ptr<HeldReading>(new HeldReading(vault, std::move(session)));
}

Result<void> HeldReading::read(
    const std::function<Result<void>(const Reading& reading, bool has_moved)>& body) {
  auto present = COFFER_TRY(vault_.begin_read());
  // The store may have begun to audit reads since the snapshot was taken.
  const bool audits_reads = session_->audits_reads || present->audits_reads;
  // The present policy applies: a right that was taken away since is gone.
  const std::shared_ptr<const Policy> policy = present->policy;
  const std::uint64_t acceptances = present->root.clock_acceptances;
  vault_.core_->end_read(std::move(present));
  // The snapshot's time is no longer the store's: an expired version could come back to life.
  if (acceptances != session_->root.clock_acceptances)
    return Error(ErrorCode::busy, "a new clock time was accepted after the snapshot was taken",
                 "take a new snapshot");
  const Reading reading(vault_.core_->means(), session_->txn, *session_->keys, session_->root,
                        vault_.caller_.actor, audits_reads, policy.get());
  auto result = [&]() -> Result<void> {
    const auto use = COFFER_TRY(session_->txn.use());
    return body(reading, use.moved());
  }();
  // Outside the use of the snapshot, because this may write.
  auto recorded = vault_.settle_read(session_->root.time_high_ms, reading);
  if (result && !recorded) return recorded;
  return result;
}

}  // namespace coffer::records
