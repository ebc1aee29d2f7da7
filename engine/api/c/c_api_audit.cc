// The C interface's actors, audit log, change feed, filtered listing and clock: JSON text and
// numbers out.
#include "api/c/c_handles.h"
#include "engine/text/json.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::AuditFilter;
using coffer::AuditRecord;
using coffer::Error;
using coffer::ErrorCode;
using coffer::Result;
using coffer::json::quoted;

std::string text_of(const char* text) { return text == nullptr ? std::string() : text; }

std::string member(const char* name, std::string_view value) {
  return std::string(",\"") + name + "\":" + quoted(value);
}
std::string member(const char* name, std::uint64_t value) {
  return std::string(",\"") + name + "\":" + std::to_string(value);
}
std::string member_ms(const char* name, std::int64_t value) {
  return std::string(",\"") + name + "\":" + std::to_string(value);
}

/// "[a,b]" of what `print` makes of each.
template <typename Items, typename Print>
std::string array(const Items& items, const Print& print) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ",";
    out += print(item);
  }
  return out + "]";
}

std::string print_record(const AuditRecord& record) {
  std::string out = "{\"number\":" + std::to_string(record.number);
  out += member("sequence", record.sequence) + member_ms("at_ms", record.at_ms);
  out += member("uid", std::uint64_t{record.uid}) + member("pid", std::uint64_t{record.pid});
  out += member("program", record.program) + member("actor", record.actor);
  out += member("user", record.user);
  out += member("reason", record.reason) + member("correlation", record.correlation);
  out += member("outcome", record.allowed ? "allowed" : coffer::code_name(record.code));
  out += ",\"items\":" + array(record.items, [](const coffer::AuditItem& item) {
           return "{\"action\":" + quoted(item.action) + member("path", item.path) +
                  member("version", item.version) +
                  (item.count > 1 ? member("count", item.count) : std::string()) + "}";
         });
  return out + "}";
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

std::string print_change(const coffer::Change& change) {
  return "{\"revision\":" + std::to_string(change.revision) +
         member("index", std::uint64_t{change.index}) + member_ms("at_ms", change.at_ms) +
         member("path", change.path) + member("version", change.version) +
         member("what", change.what) + "}";
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

std::string print_listed(const coffer::ListedSecret& listed) {
  std::string out = "{\"path\":" + quoted(listed.path);
  if (listed.folder) return out + ",\"folder\":true}";
  const coffer::Metadata& metadata = listed.metadata;
  out += member("state", state_name(listed.state)) + member("version", listed.newest.version);
  out += member_ms("created_at_ms", metadata.created_at_ms);
  out += member_ms("updated_at_ms", metadata.updated_at_ms);
  out += member_ms("deletion_at_ms", listed.newest.deletion_at_ms);
  out += member_ms("expires_at_ms", listed.newest.expires_at_ms);
  out += member("kind", metadata.kind) + member("description", metadata.description);
  out += member("owner", metadata.owner);
  out += ",\"tags\":" + array(metadata.tags, [](const std::string& tag) { return quoted(tag); });
  std::string custom;
  for (const auto& [key, value] : metadata.custom)
    custom += (custom.empty() ? "" : ",") + quoted(key) + ":" + quoted(value);
  return out + ",\"custom_metadata\":{" + custom + "}}";
}

coffer_bytes* to_bytes(std::string_view text) {
  return new coffer_bytes{coffer::SecretBytes::copy_of(text)};
}

// A Store and a Transaction have this alike.
template <typename Source>
Result<void> find_in(Source& source, const char* folder, const coffer_list_options* options,
                     coffer_bytes** json) {
  *json = nullptr;
  const auto found = COFFER_TRY(source.find(folder, COFFER_TRY(listing_of(options))));
  *json = to_bytes(array(found, print_listed));
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
    *json = to_bytes(array(records, print_record));
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
    *json = to_bytes(array(batch.changes, print_change));
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
