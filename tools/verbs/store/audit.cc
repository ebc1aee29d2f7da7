// coffer audit list, verify, prune
#include <chrono>

#include "text/time_text.h"
#include "tools/command/numbers.h"
#include "tools/command/opening/context.h"
#include "tools/command/opening/login.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

constexpr std::size_t kBatch = 4096;

// A time, or how long ago.
Result<std::int64_t> parse_moment(std::string_view option, std::string_view text) {
  if (auto time = text::parse_time(text); time && *time != 0) return *time;
  const auto ago = text::parse_duration(text);
  if (!ago)
    return Error(ErrorCode::usage, "takes a time (2026-01-31T12:00:00Z) or how long ago (2h, 30d)")
        .about(Subject::Kind::name, option);
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return now.count() - *ago;
}

std::string outcome_of(const AuditRecord& record) {
  return record.allowed ? "allowed" : std::string(code_name(record.code));
}

void add_json(JsonText& json, const AuditRecord& record) {
  json.open('{').key("number").number(record.number).key("sequence").number(record.sequence);
  json.key("time").time(record.at_ms).key("uid").number(record.uid).key("pid").number(record.pid);
  json.key("program").string(record.program).key("actor").string(record.actor);
  json.key("user").string(record.user);
  json.key("reason").string(record.reason).key("correlation").string(record.correlation);
  json.key("outcome").string(outcome_of(record)).key("items").open('[');
  for (const AuditItem& item : record.items) {
    json.open('{').key("action").string(item.action).key("path").string(item.path);
    json.key("version").number(item.version);
    if (item.count > 1) json.key("count").number(item.count);
    json.close('}');
  }
  json.close(']').close('}');
}

// The user that the policy saw, or the user of the process; and the label that the caller chose.
std::string who_of(const AuditRecord& record) {
  const std::string who = record.user.empty() ? user_name(record.uid) : record.user;
  if (record.actor.empty() || record.actor == who) return who;
  return record.actor + " (" + who + ")";
}

void add_rows(Table& table, const AuditRecord& record) {
  const std::string who = who_of(record);
  for (const AuditItem& item : record.items) {
    const std::string times = item.count == 1 ? "" : ", " + std::to_string(item.count) + " times";
    table.row({std::to_string(record.number), text::print_time(record.at_ms), who,
               outcome_of(record) + times, item.action, item.path,
               item.version == 0 ? "" : std::to_string(item.version), record.reason});
  }
}

// The records of a long log are written as they are read, not all held at once.
Result<void> write_records(Store& store, AuditFilter filter, bool as_json) {
  const std::size_t wanted = filter.limit;
  JsonText json;
  json.open('{').key("records").open('[');
  Table table({"NUMBER", "TIME", "WHO", "OUTCOME", "ACTION", "PATH", "VERSION", "REASON"});
  for (;;) {
    if (wanted == 0) filter.limit = kBatch;
    const auto records = COFFER_TRY(store.audit().list(filter));
    for (const AuditRecord& record : records) {
      if (as_json) add_json(json, record);
      if (!as_json) add_rows(table, record);
    }
    if (wanted != 0 || records.size() < kBatch) break;
    filter.after_number = records.back().number;
  }
  if (!as_json) return table.write();
  json.close(']').close('}');
  return json.write();
}

VerbResult verb_audit_list(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> path, prefix, action, user, since, until, limit, after;
  bool refused = false;
  Syntax syntax(arguments, text);
  syntax.option("--path", path, "PATH", "Only what was done to this secret or config");
  syntax.option("--prefix", prefix, "PREFIX", "Only what was done here and below");
  syntax.option("--action", action, "ACTION", "Only this: put, delete, destroy, config.put ...");
  syntax.option("--user", user, "NAME", "Only what a policy took to be done by this user");
  syntax.option("--since", since, "TIME", "At or after; a time, or how long ago (2h, 30d)");
  syntax.option("--until", until, "TIME", "Before");
  syntax.flag("--refused", refused, "Only what was refused");
  syntax.option("--after", after, "N", "Only records behind this number");
  syntax.option("--limit", limit, "N", "The last N that fit");
  syntax.explain("Here --actor NAME chooses: only what was done under this label.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  AuditFilter filter;
  filter.path = path.value_or("");
  if (prefix) COFFER_TRY(check_names_folder(*prefix, kFolderOrEverything));
  filter.prefix = prefix.value_or("");
  filter.action = action.value_or("");
  filter.actor = syntax.globals().actor.value_or("");
  filter.user = user.value_or("");
  if (since) filter.since_ms = COFFER_TRY(parse_moment("--since", *since));
  if (until) filter.until_ms = COFFER_TRY(parse_moment("--until", *until));
  if (refused) filter.outcome = AuditFilter::Outcome::refused;
  if (after) filter.after_number = COFFER_TRY(parse_number("--after", *after));
  if (limit) {
    filter.limit = COFFER_TRY(parse_number("--limit", *limit));
    filter.newest = true;
    if (filter.limit == 0)
      return Error(ErrorCode::usage, "takes a number of at least 1")
          .about(Subject::Kind::name, "--limit");
  }
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(write_records(store, std::move(filter), context.json()));
  return 0;
}

VerbResult verb_audit_verify(Arguments& arguments, const VerbText& text) {
  Syntax syntax(arguments, text);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  const AuditVerifyReport report = COFFER_TRY(store.audit().verify());
  if (context.json()) {
    JsonText json;
    json.open('{').key("ok").boolean(report.problem.empty());
    json.key("records").number(report.records).key("first").number(report.first);
    json.key("last").number(report.last).key("broken").number(report.broken);
    json.key("problem").string(report.problem).close('}');
    COFFER_TRY(json.write());
  } else if (report.problem.empty()) {
    COFFER_TRY(write_line(report.records == 0
                              ? "the audit log is empty"
                              : "the audit log is whole: records " + std::to_string(report.first) +
                                    " to " + std::to_string(report.last)));
  }
  if (report.problem.empty()) return 0;
  if (!context.json()) COFFER_TRY(write_line("broken at " + report.problem));
  return Error(ErrorCode::corrupt, "the audit log is broken",
               "what stands behind the broken record is not proven")
      .with_number(report.broken);
}

VerbResult verb_audit_prune(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> before, keep;
  Syntax syntax(arguments, text);
  syntax.option("--before", before, "TIME", "Remove what is older; a time, or how long ago (90d)");
  syntax.option("--keep", keep, "N",
                "Remove all but the last N records of what was done; refusals do not count");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  AuditPruneOptions options;
  if (before) options.before_ms = COFFER_TRY(parse_moment("--before", *before));
  if (keep) options.keep_records = COFFER_TRY(parse_number("--keep", *keep));
  Store store = COFFER_TRY(context.open());
  const AuditPruneReport report = COFFER_TRY(store.audit().prune(options));
  if (context.json()) {
    JsonText json;
    json.open('{').key("removed").number(report.removed);
    json.key("first_kept").number(report.first_kept).close('}');
    COFFER_TRY(json.write());
    return 0;
  }
  COFFER_TRY(write_line("removed " + std::to_string(report.removed) +
                        " records; the first kept is " + std::to_string(report.first_kept)));
  return 0;
}

}  // namespace

extern constinit const Verb kAuditListVerb{
    {"audit list", "Lists who did what, or was refused it; names, never a value.",
     "coffer audit list --prefix ingestion --since 7d --refused"},
    Section::rights,
    verb_audit_list,
    "The log of what was done, and what was refused"};

extern constinit const Verb kAuditVerifyVerb{
    {"audit verify", "Checks the chain of the audit log and names the first broken record.",
     "coffer audit verify"},
    Section::rights,
    verb_audit_verify};

extern constinit const Verb kAuditPruneVerb{
    {"audit prune", "Removes the oldest audit records; the rest can still be verified.",
     "coffer audit prune --before 365d"},
    Section::rights,
    verb_audit_prune};

}  // namespace coffer::tools
