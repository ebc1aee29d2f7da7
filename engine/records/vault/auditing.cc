// How the engine's writes come into the audit log. What a transaction did is appended in
// that transaction, so that there is never one without the other. What was refused has been
// undone by then, and gets a transaction of its own: one more durable commit, which costs
// about what a put costs; where it fails (a full disk), the refusal is answered all the same.
// Where a body went on after an operation was refused, that is told in the body's own commit.
#include "audit/process.h"
#include "records/vault/core.h"

namespace coffer::records {

// A transaction of very many items becomes several records of one sequence.
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

// What others were refused before, and what this transaction did. Whatever the caller calls
// himself, a policy that is in force took him for somebody.
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

// A value that was handed out must be on record; refusals alone may wait for another's commit.
Result<void> Vault::Core::record_reads(const std::vector<Noted>& reads, const Caller& caller) {
  if (reads.empty()) return {};
  if (reads.front().refused_with != 0) {  // Refusals stand last.
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

// Where there is no policy everybody may write, and a refusal is no cheaper way to a commit.
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
