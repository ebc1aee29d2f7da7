#include <coffer/audit.h>

#include "api/call.h"
#include "api/reading.h"

namespace coffer {

using format::Action;

Result<std::vector<AuditRecord>> Audit::list(const AuditFilter& filter) {
  return api::call(*engine_, UseCase::audit, Action::audit_look,
                   [&] { return engine_->audit_list(filter); });
}

Result<AuditVerifyReport> Audit::verify() {
  return api::call(*engine_, UseCase::audit, Action::audit_look,
                   [&] { return engine_->audit_verify(); });
}

Result<AuditPruneReport> Audit::prune(const AuditPruneOptions& options) {
  return api::administer(*engine_, {Action::prune, ""},
                         [&](secrets::Intent*) { return engine_->audit_prune(options); });
}

Result<ChangeBatch> Audit::changes(std::uint64_t after_revision, const ChangeFilter& filter,
                                   std::size_t limit) {
  return guarded([&]() -> Result<ChangeBatch> {
    ChangeBatch batch = COFFER_TRY(engine_->changes(after_revision, filter, limit));
    // The present policy decides, also for changes from before it.
    COFFER_TRY(engine_->read(
        [&](const secrets::View& view) { return api::hide_changes(view, batch.changes); }));
    return batch;
  });
}

Result<std::uint64_t> Audit::wait(std::uint64_t after_revision, std::int64_t timeout_ms) {
  return guarded([&] { return engine_->wait_for_changes(after_revision, timeout_ms); });
}

void Audit::wake() { engine_->wake_waiting(); }

void Audit::on_receipt(ReceiptSink sink) { engine_->on_receipt(std::move(sink)); }

Result<ReceiptInfo> Audit::verify_receipt(std::string_view text) {
  return guarded([&] { return engine_->verify_receipt(text); });
}

}  // namespace coffer
