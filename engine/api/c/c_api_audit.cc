// The C interface's actors, audit log, change feed, filtered listing and clock: JSON text and
// numbers out.
#include "api/c/c_handles.h"
#include "text/json_writer.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::AuditFilter;
using coffer::AuditRecord;
using coffer::Error;
using coffer::ErrorCode;
using coffer::Result;

std::string text_of(const char* text) { return text == nullptr ? std::string() : text; }

/// An array, of which `append` writes each element.
template <typename Items, typename Append>
coffer_bytes* array_of(const Items& items, Append append) {
  coffer::json::Writer json;
  json.open('[');
  for (const auto& item : items) append(json, item);
  return new coffer_bytes{json.close(']').take()};
}

void append_record(coffer::json::Writer& json, const AuditRecord& record) {
  json.open('{').key("number").number(record.number).key("sequence").number(record.sequence);
  json.key("at_ms").number(record.at_ms).key("uid").number(record.uid);
  json.key("pid").number(record.pid).key("program").string(record.program);
  json.key("actor").string(record.actor).key("user").string(record.user);
  json.key("reason").string(record.reason).key("correlation").string(record.correlation);
  json.key("outcome").string(record.allowed ? "allowed" : coffer::code_name(record.code));
  json.key("items").open('[');
  for (const coffer::AuditItem& item : record.items) {
    json.open('{').key("action").string(item.action).key("path").string(item.path);
    json.key("version").number(item.version);
    if (item.count > 1) json.key("count").number(item.count);
    json.close('}');
  }
  json.close(']').close('}');
}

Result<AuditFilter> filter_of(const coffer_audit_filter* given) {
  AuditFilter filter;
  if (given == nullptr) return filter;
  filter.path = text_of(given->path);
  filter.prefix = text_of(given->prefix);
  filter.action = text_of(given->action);
  filter.actor = text_of(given->actor);
  filter.user = text_of(given->user);
  filter.since_ms = given->since_ms;
  filter.until_ms = given->until_ms;
  filter.after_number = given->after_number;
  filter.limit = given->limit;
  filter.newest = given->newest != 0;
  switch (given->outcome) {
    case COFFER_AUDIT_ANY: return filter;
    case COFFER_AUDIT_ALLOWED: filter.outcome = AuditFilter::Outcome::allowed; return filter;
    case COFFER_AUDIT_REFUSED: filter.outcome = AuditFilter::Outcome::refused; return filter;
  }
  return Error(ErrorCode::usage, "there is no such outcome");
}

void append_change(coffer::json::Writer& json, const coffer::Change& change) {
  json.open('{').key("revision").number(change.revision).key("index").number(change.index);
  json.key("at_ms").number(change.at_ms).key("path").string(change.path);
  json.key("version").number(change.version).key("what").string(change.what).close('}');
}

Result<coffer::ListOptions> listing_of(const coffer_list_options* given) {
  coffer::ListOptions options;
  if (given == nullptr) return options;
  options.recursive = given->recursive != 0;
  if (given->state < COFFER_LIST_STANDARD || given->state > COFFER_LIST_ALL)
    return Error(ErrorCode::usage, "there is no such state");
  options.state = static_cast<coffer::ListState>(given->state);
  for (std::size_t i = 0; i < given->tag_count; ++i) {
    if (given->tags == nullptr || given->tags[i] == nullptr) return null_argument();
    options.tags.emplace_back(given->tags[i]);
  }
  for (std::size_t i = 0; i < given->custom_count; ++i) {
    if (given->custom == nullptr) return null_argument();
    COFFER_TRY(require(given->custom[2 * i], given->custom[2 * i + 1]));
    options.custom.emplace(given->custom[2 * i], given->custom[2 * i + 1]);
  }
  if (given->owner != nullptr) options.owner = given->owner;
  if (given->kind != nullptr) options.kind = given->kind;
  options.older_than_ms = given->older_than_ms;
  options.newer_than_ms = given->newer_than_ms;
  if (given->managed != 0) options.managed = given->managed > 0;
  if (given->workspace != nullptr) options.workspace = given->workspace;
  return options;
}

void append_listed(coffer::json::Writer& json, const coffer::ListedSecret& listed) {
  json.open('{').key("path").string(listed.path);
  if (listed.folder) {
    json.key("folder").boolean(true).close('}');
    return;
  }
  const coffer::Metadata& metadata = listed.metadata;
  json.key("state").string(state_name(listed.state)).key("version").number(listed.newest.version);
  json.key("created_at_ms").number(metadata.created_at_ms);
  json.key("updated_at_ms").number(metadata.updated_at_ms);
  json.key("deletion_at_ms").number(listed.newest.deletion_at_ms);
  json.key("expires_at_ms").number(listed.newest.expires_at_ms);
  json.key("kind").string(metadata.kind).key("description").string(metadata.description);
  json.key("owner").string(metadata.owner).key("tags").strings(metadata.tags);
  json.key("custom_metadata").texts_by_name(metadata.custom).close('}');
}

// A Store and a Transaction have this alike.
template <typename Source>
Result<void> find_in(Source& source, const char* folder, const coffer_list_options* options,
                     coffer_bytes** json) {
  *json = nullptr;
  const auto found = COFFER_TRY(source.find(folder, COFFER_TRY(listing_of(options))));
  *json = array_of(found, append_listed);
  return {};
}

}  // namespace

coffer_code coffer_as(coffer_store* store, const char* actor, const char* reason,
                      const char* correlation, coffer_store** other, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, other));
    *other = nullptr;
    // Another label, and no other rights.
    coffer::Actor told = store->actor;
    told.actor = text_of(actor);
    told.reason = text_of(reason);
    told.correlation = text_of(correlation);
    coffer::Store made = COFFER_TRY(store->store.as(told));
    *other = new coffer_store{std::move(made), std::move(told)};
    return {};
  });
}

coffer_code coffer_audit_list(coffer_store* store, const coffer_audit_filter* filter,
                              coffer_bytes** json, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, json));
    *json = nullptr;
    const auto records = COFFER_TRY(store->store.audit().list(COFFER_TRY(filter_of(filter))));
    *json = array_of(records, append_record);
    return {};
  });
}

coffer_code coffer_audit_verify(coffer_store* store, coffer_audit_report* report_out,
                                coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    const coffer::AuditVerifyReport found = COFFER_TRY(store->store.audit().verify());
    if (report_out != nullptr) {
      *report_out = {found.records, found.first, found.last, found.broken, {}};
      copy_text(report_out->problem, sizeof report_out->problem, found.problem);
    }
    if (found.problem.empty()) return {};
    return Error(ErrorCode::corrupt, "the audit log is broken",
                 "what stands behind the broken record is not proven")
        .with_number(found.broken);
  });
}

coffer_code coffer_audit_prune_before(coffer_store* store, std::int64_t before_ms,
                                      std::uint64_t* removed, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    const auto pruned = COFFER_TRY(store->store.audit().prune({.before_ms = before_ms}));
    if (removed != nullptr) *removed = pruned.removed;
    return {};
  });
}

coffer_code coffer_audit_prune_keep(coffer_store* store, std::uint64_t keep_records,
                                    std::uint64_t* removed, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    const auto pruned = COFFER_TRY(store->store.audit().prune({.keep_records = keep_records}));
    if (removed != nullptr) *removed = pruned.removed;
    return {};
  });
}

coffer_code coffer_changes(coffer_store* store, std::uint64_t after_revision,
                           std::uint32_t after_index, const char* prefix, std::size_t limit,
                           coffer_bytes** json, std::uint64_t* revision, int* more,
                           coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, json));
    *json = nullptr;
    const auto batch = COFFER_TRY(store->store.audit().changes(
        after_revision, {text_of(prefix), after_index}, limit == 0 ? 1000 : limit));
    *json = array_of(batch.changes, append_change);
    if (revision != nullptr) *revision = batch.revision;
    if (more != nullptr) *more = batch.more ? 1 : 0;
    return {};
  });
}

coffer_code coffer_wait_for_changes(coffer_store* store, std::uint64_t after_revision,
                                    std::int64_t timeout_ms, std::uint64_t* revision,
                                    coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    const std::uint64_t now = COFFER_TRY(store->store.audit().wait(after_revision, timeout_ms));
    if (revision != nullptr) *revision = now;
    return {};
  });
}

void coffer_wake_waiting(coffer_store* store) {
  if (store != nullptr) store->store.audit().wake();
}

coffer_code coffer_find(coffer_store* store, const char* folder, const coffer_list_options* options,
                        coffer_bytes** json, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, folder, json));
    return find_in(store->store, folder, options, json);
  });
}

coffer_code coffer_transaction_find(coffer_transaction* transaction, const char* folder,
                                    const coffer_list_options* options, coffer_bytes** json,
                                    coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, folder, json));
    return find_in(transaction->transaction, folder, options, json);
  });
}

coffer_code coffer_clock_accept(coffer_store* store, int dry_run, coffer_clock_acceptance* report,
                                coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    const auto done = COFFER_TRY(store->store.accept_clock(dry_run != 0));
    if (report != nullptr) *report = {done.from_ms, done.to_ms, done.destroyed, done.moved};
    return {};
  });
}
