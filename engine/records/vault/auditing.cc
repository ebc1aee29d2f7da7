// Writes the audit log. A transaction appends the records of its own changes, so that neither can
// exist without the other. A refused change is undone, so its record needs a transaction of its
// own: one more durable commit, at about the price of a put. If this commit fails (a full disk),
// the caller still gets the refusal. If the body continued after a refused operation, the body's
// own commit records the refusal.
#include "audit/process.h"
#include "records/vault/core.h"

namespace coffer::records {

// A transaction with very many items gets several records with one sequence.
Result<void> Vault::Core::append_audit(storage::WriteTxn& txn, const Writing& writing,
                                       format::Root& root, const std::vector<Noted>& noted,
                                       const Actor& actor, bool names_user) const {
  if (noted.empty()) return {};
  audit::Process process = audit::this_process();
  format::AuditRecord record;
  record.sequence = root.sequence + 1;
  record.at_ms = writing.now_ms();
  record.uid = process.uid;
  record.pid = process.pid;
  record.program = std::move(process.program);
  record.actor = actor.actor;
  if (names_user) record.user = actor.user;
  record.reason = actor.reason;
  record.correlation = actor.correlation;
  record.refused_with = noted.front().refused_with;
  std::size_t bytes = 0;
  for (const Noted& each : noted) {
    if (record.items.size() == format::kAuditItemsMax || bytes > format::kAuditItemsBytesMax ||
        each.refused_with != record.refused_with) {
      COFFER_TRY(chain_.append(txn, root, record));
      record.items.clear();
      record.refused_with = each.refused_with;
      bytes = 0;
    }
    bytes += each.path.size();
    record.items.push_back({each.action, recordable(each.path), each.version, each.count});
  }
  return chain_.append(txn, root, record);
}

// Appends the gathered refusals of others, and this transaction's own notes. The user is recorded
// if a policy is in force, because then the policy identified the user.
Result<void> Vault::Core::append_records(storage::WriteTxn& txn, Writing& writing,
                                         format::Root& root, const CarriedRefusals& carried,
                                         const Actor& actor) const {
  for (const GatheredRefusals::Kept& kept : carried.all())
    COFFER_TRY(append_audit(txn, writing, root, kept.items, kept.who, true));
  const std::vector<Noted> noted = writing.notes().take();
  if (noted.empty()) return {};
  const bool is_ruled = COFFER_TRY(writing.policy()) != nullptr;
  return append_audit(txn, writing, root, noted, actor, is_ruled);
}

Result<void> Vault::Core::record_alone(const std::vector<Noted>& items, const Caller& caller) {
  Attempt attempt;
  COFFER_TRY(write(
      [&](Writing& writing) -> Result<void> {
        writing.notes().add(items);
        writing.mark_changed();
        return {};
      },
      caller, attempt, nullptr));
  return {};
}

// A value that was handed out must be recorded now; refusals alone may wait for a later commit.
Result<void> Vault::Core::record_reads(const std::vector<Noted>& reads, const Caller& caller) {
  if (reads.empty()) return {};
  if (reads.front().refused_with != 0) {  // Refusals come last: there are no reads.
    record_refused(reads, caller);
    return {};
  }
  auto recorded = record_alone(reads, caller);
  if (!recorded) warn("a read could not be written to the audit log", "");
  return recorded;
}

void Vault::Core::record_failure(const Error& error, const Caller& caller,
                                 std::vector<Noted> items) {
  for (Noted& item : items) item.refused_with = static_cast<std::uint32_t>(error.code());
  if (!record_alone(items, caller)) warn("a refusal could not be written to the audit log", "");
}

// Without a policy everybody may write, so a refusal is no cheaper way to cause a commit.
void Vault::Core::record_refused(const std::vector<Noted>& items, const Caller& caller) {
  if (items.empty()) return;
  if (kept_.knows_a_policy() && refusals_.keep(caller.actor, items, clock_.shown_ms())) {
    if (refusals_.is_full()) write_gathered();
    return;
  }
  if (!record_alone(items, caller)) warn("a refusal could not be written to the audit log", "");
}

void Vault::Core::write_gathered() {
  if (refusals_.is_empty()) return;
  Attempt attempt;
  const auto written = write(
      [](Writing& writing) -> Result<void> {
        writing.mark_changed();
        return {};
      },
      Caller(), attempt, nullptr);
  if (!written) warn("refusals could not be written to the audit log", "");
}

}  // namespace coffer::records
