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
  // Reads may have come to be audited since the snapshot was taken.
  const bool audits_reads = session_->audits_reads || present->audits_reads;
  // Who may see it is asked of the present too: a right that was taken away is gone.
  const std::shared_ptr<const Policy> policy = present->policy;
  const std::uint64_t acceptances = present->root.clock_acceptances;
  vault_.core_->end_read(std::move(present));
  // What was over by then would be live again in the time that the snapshot knows.
  if (acceptances != session_->root.clock_acceptances)
    return Error(ErrorCode::busy, "the store's clock was set right after the snapshot was taken",
                 "take a new snapshot");
  const Reading reading(vault_.core_->means(), session_->txn, *session_->keys, session_->root,
                        vault_.caller_.actor, audits_reads, policy.get());
  auto result = [&]() -> Result<void> {
    const auto use = COFFER_TRY(session_->txn.use());
    return body(reading, use.moved());
  }();
  // Not under the use: this may write.
  auto recorded = vault_.settle_read(session_->root.time_high_ms, reading);
  if (result && !recorded) return recorded;
  return result;
}

}  // namespace coffer::records
