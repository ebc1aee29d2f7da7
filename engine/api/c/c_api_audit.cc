// The C interface's audit log, change feed and clock: JSON text and numbers out.
#include "api/c/c_handles.h"
#include "api/c/c_json.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::AuditFilter;
using coffer::Error;
using coffer::ErrorCode;
using coffer::Result;
using coffer::Store;

Result<AuditFilter> filter_of(const coffer_audit_filter* filter_or_null) {
  const coffer_audit_filter given = COFFER_TRY(sized(filter_or_null));
  AuditFilter filter;
  filter.path = text_of(given.path);
  filter.prefix = text_of(given.prefix);
  filter.action = text_of(given.action);
  filter.actor = text_of(given.actor);
  filter.user = text_of(given.user);
  filter.since_ms = given.since_ms;
  filter.until_ms = given.until_ms;
  filter.after_number = given.after_number;
  filter.limit = given.limit;
  filter.newest = given.newest != 0;
  if (given.outcome < COFFER_AUDIT_ANY || given.outcome > COFFER_AUDIT_REFUSED)
    return Error(ErrorCode::usage, "there is no such outcome");
  filter.outcome = static_cast<AuditFilter::Outcome>(given.outcome);
  return filter;
}

coffer_audit_report to_c(const coffer::AuditVerifyReport& found) {
  coffer_audit_report out = {};
  out.records = found.records;
  out.first = found.first;
  out.last = found.last;
  out.broken = found.broken;
  copy_text(out.problem, found.problem);
  return out;
}

Result<coffer::AuditPruneOptions> prune_options_of(const coffer_prune_options* options) {
  const coffer_prune_options given = COFFER_TRY(sized(options));
  coffer::AuditPruneOptions prune;
  if (given.before_ms != 0) prune.before_ms = given.before_ms;
  if (given.keep_records != 0) prune.keep_records = given.keep_records;
  return prune;
}

}  // namespace

coffer_code coffer_audit_list(coffer_store* store, const coffer_audit_filter* filter,
                              coffer_bytes** json, coffer_error* error) {
  return on_store(store, error, given(json), [&](Store& open) -> Result<void> {
    const auto records = COFFER_TRY(open.audit().list(COFFER_TRY(filter_of(filter))));
    *json = to_bytes(print_records(records));
    return {};
  });
}

coffer_code coffer_audit_verify(coffer_store* store, coffer_audit_report* report,
                                coffer_error* error) {
  return on_store(store, error, true, [&](Store& open) -> Result<void> {
    COFFER_TRY(check_report(report));
    const coffer::AuditVerifyReport found = COFFER_TRY(open.audit().verify());
    hand_out(to_c(found), report);
    if (found.problem.empty()) return {};
    return Error(ErrorCode::corrupt, "the audit log is broken",
                 "the records after the broken one are not proven")
        .with_number(found.broken);
  });
}

coffer_code coffer_audit_prune(coffer_store* store, const coffer_prune_options* options,
                               std::uint64_t* removed, coffer_error* error) {
  return on_store(store, error, true, [&](Store& open) -> Result<void> {
    const auto pruned = COFFER_TRY(open.audit().prune(COFFER_TRY(prune_options_of(options))));
    if (removed != nullptr) *removed = pruned.removed;
    return {};
  });
}

coffer_code coffer_changes(coffer_store* store, std::uint64_t after_revision,
                           const coffer_changes_options* options, coffer_bytes** json,
                           std::uint64_t* revision, int* more, coffer_error* error) {
  return on_store(store, error, given(json), [&](Store& open) -> Result<void> {
    const auto how = COFFER_TRY(sized(options));
    coffer::ChangeFilter filter = {text_of(how.prefix)};
    if (how.from_index > coffer::kWholeRevision)
      return Error(ErrorCode::usage, "no revision has a change with so large an index");
    if (how.from_index != 0) filter.after_index = static_cast<std::uint32_t>(how.from_index - 1);
    const auto batch =
        COFFER_TRY(open.audit().changes(after_revision, filter, how.limit == 0 ? 1000 : how.limit));
    *json = to_bytes(print_changes(batch.changes));
    if (revision != nullptr) *revision = batch.revision;
    if (more != nullptr) *more = batch.more ? 1 : 0;
    return {};
  });
}

coffer_code coffer_wait_for_changes(coffer_store* store, std::uint64_t after_revision,
                                    std::int64_t timeout_ms, std::uint64_t* revision,
                                    coffer_error* error) {
  return on_store(store, error, true, [&](Store& open) -> Result<void> {
    const std::uint64_t now = COFFER_TRY(open.audit().wait(after_revision, timeout_ms));
    if (revision != nullptr) *revision = now;
    return {};
  });
}

void coffer_wake_waiting(coffer_store* store) {
  if (store == nullptr) return;
  if (Store* open = std::get_if<Store>(&store->place)) open->audit().wake();
}

coffer_code coffer_clock_accept(coffer_store* store, int dry_run, coffer_clock_acceptance* report,
                                coffer_error* error) {
  return on_store(store, error, true, [&](Store& open) -> Result<void> {
    COFFER_TRY(check_report(report));
    const auto done = COFFER_TRY(open.accept_clock(dry_run != 0));
    hand_out({0, done.from_ms, done.to_ms, done.destroyed, done.moved}, report);
    return {};
  });
}
