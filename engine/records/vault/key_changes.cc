// Changes the keyring and records this in the audit log. The keyring is a separate file, so its
// change and its record cannot share a commit. The record that a change begins is durable first: a
// crash may lose the record of the result, but never hides that a change was begun.
#include "records/vault/core.h"

namespace coffer::records {
namespace {

std::string slot_name(int slot) { return slot == 0 ? "" : std::to_string(slot); }

std::vector<Noted> told(const std::vector<KeyChange>& changes) {
  std::vector<Noted> items;
  for (const KeyChange& change : changes) items.push_back({change.action, slot_name(change.slot)});
  return items;
}

}  // namespace

Result<WriteReport> Vault::change_keys(
    const KeyChange& what, const std::function<Result<void>()>& check,
    const std::function<Result<std::vector<KeyChange>>()>& change) {
  const std::vector<Noted> item = told({what});
  if (auto checked = check(); !checked) {
    if (is_refusal(checked.error().code())) core_->record_failure(checked.error(), caller_, item);
    return std::move(checked).error();
  }
  const auto slot = static_cast<std::uint64_t>(what.slot);
  COFFER_TRY(core_->record_alone(
      {{format::Action::key_begin, std::string(format::action_name(what.action)), slot}}, caller_));
  std::optional<std::vector<KeyChange>> done;
  Attempt attempt;
  auto report = core_->write(
      [&](Writing& writing) -> Result<void> {
        if (!done) done = COFFER_TRY(change());
        for (Noted& each : told(*done)) writing.notes().note(each.action, each.path);
        if (what.new_epoch) writing.shred_at_commit();
        writing.mark_changed();
        return {};
      },
      caller_, attempt, nullptr);
  if (report) return report;
  if (!done) {
    core_->record_failure(report.error(), caller_, item);
  } else if (!what.new_epoch) {
    // The keyring has changed although the commit failed. (The process that finishes the rotation
    // of the master key records that one.)
    (void)core_->record_alone(told(*done), caller_);
  }
  return report;
}

Result<void> Vault::finish_master_rotation() { return core_->finish_master_rotation(caller_); }

// Begins a new epoch if an epoch key is still wrapped by the previous master key. The erasing after
// that commit drops the previous master key; if a crash prevented this, it is dropped here.
Result<void> Vault::Core::finish_master_rotation(const Caller& caller) {
  if (!keyring_->has_previous()) return {};
  if (!COFFER_TRY(keyring_->epochs_are_current())) {
    Attempt attempt;
    COFFER_TRY(write(
        [&](Writing& writing) -> Result<void> {
          // Another process may have done it meanwhile.
          if (COFFER_TRY(keyring_->epochs_are_current())) return {};
          writing.shred_at_commit();
          writing.notes().note(format::Action::key_rotate, "");
          writing.mark_changed();
          return {};
        },
        caller, attempt, nullptr));
  }
  const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment_));
  return keyring_->drop_previous();
}

}  // namespace coffer::records
