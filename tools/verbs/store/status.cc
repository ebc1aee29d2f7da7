// coffer status | verify
#include <coffer/store_directory.h>

#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

Result<void> write_status_json(const Status& status, const std::string& locks) {
  JsonText json;
  json.open('{').key("store_id").string(status.store_id).key("epoch").number(status.epoch);
  json.key("sequence").number(status.sequence).key("records").number(status.record_count);
  json.key("secrets").number(status.secret_count).key("configs").number(status.config_count);
  json.key("file_bytes").number(status.file_bytes).key("map_bytes").number(status.map_bytes);
  json.key("pending_shred_buckets").number(status.pending_shred_buckets);
  json.key("buckets_to_rotate").number(status.buckets_to_rotate);
  json.key("oldest_reader_lag").number(status.oldest_reader_lag);
  json.key("clock_behind_ms").number(static_cast<std::uint64_t>(status.clock_behind_ms));
  json.key("slots").number(static_cast<std::uint64_t>(status.slot_count));
  json.key("anchor").string(printable(status.anchor));
  json.key("erase")
      .string(status.erase)
      .key("locks")
      .string(locks)
      .key("memory_bytes")
      .number(status.memory_bytes);
  json.key("memory_locked_bytes").number(status.memory_locked_bytes).close('}');
  return json.write();
}

Result<void> write_status_table(const Status& status, const std::string& locks) {
  Table table({"WHAT", "STATE"});
  table.row({"store id", status.store_id});
  table.row({"secrets", std::to_string(status.secret_count)});
  table.row({"configs", std::to_string(status.config_count)});
  table.row({"records", std::to_string(status.record_count)});
  table.row({"key slots", std::to_string(status.slot_count)});
  table.row({"epoch", std::to_string(status.epoch)});
  table.row({"sequence", std::to_string(status.sequence)});
  table.row({"file size", std::to_string(status.file_bytes)});
  table.row({"map size", std::to_string(status.map_bytes)});
  table.row({"buckets to shred", std::to_string(status.pending_shred_buckets)});
  table.row({"buckets to rotate", std::to_string(status.buckets_to_rotate)});
  table.row({"oldest reader behind", std::to_string(status.oldest_reader_lag)});
  table.row({"clock behind, ms", std::to_string(status.clock_behind_ms)});
  table.row({"erasing", status.erase});
  table.row({"locks", locks});
  table.row({"anchor", status.anchor.empty() ? "none" : printable(status.anchor)});
  table.row({"secret memory", std::to_string(status.memory_bytes)});
  table.row({"of it locked", std::to_string(status.memory_locked_bytes)});
  return table.write();
}

constexpr Literal kPutBack(
    "restore from a backup: put the newest whole copy of the store's directory in its place");

Result<VerifyReport> report_on(const Context& context) {
  Store store = COFFER_TRY(context.open());
  return store.verify();
}

Result<void> write_report_json(const VerifyReport& report) {
  JsonText json;
  json.open('{').key("records").number(report.records).key("problems").open('[');
  for (const std::string& problem : report.problems) json.string(printable(problem));
  json.close(']').close('}');
  return json.write();
}

VerbResult verb_status(Arguments& arguments, const VerbText& text) {
  Syntax syntax(arguments, text);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  const Status status = COFFER_TRY(store.status());
  const std::string locks = lock_promise(context.directory());
  COFFER_TRY(context.json() ? write_status_json(status, locks) : write_status_table(status, locks));
  if (status.slot_count == 1 && !context.json())
    note(
        "one key opens this store, and without that key everything is lost; coffer key add "
        "recovery: "
        "makes a second way in");
  return 0;
}

VerbResult verb_verify(Arguments& arguments, const VerbText& text) {
  Syntax syntax(arguments, text);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const auto whole = report_on(context);
  if (!whole && whole.error().code() != ErrorCode::corrupt) return whole.error();
  // So damaged that the rest cannot be looked at: that is the one problem.
  const VerifyReport report = whole ? *whole : VerifyReport{0, {describe(whole.error())}};
  if (context.json()) {
    COFFER_TRY(write_report_json(report));
  } else if (whole) {
    for (const std::string& problem : report.problems) COFFER_TRY(write_line(printable(problem)));
  }
  if (!whole) {
    // Others are sent here for more.
    const Advice advice = whole.error().advice();
    const bool leads_here = whole.error().hint().empty() || advice == Advice::verify_store ||
                            advice == Advice::verify_and_restore;
    return leads_here ? Error(whole.error()).with_hint(kPutBack) : whole.error();
  }
  if (!report.problems.empty()) {
    return Error(ErrorCode::corrupt, "the store is damaged", kPutBack)
        .about(Subject::Kind::file, context.directory())
        .with_number(report.problems.size());
  }
  if (!context.json()) {
    COFFER_TRY(write_line(std::to_string(report.records) + " records, all of them whole"));
  }
  return 0;
}

}  // namespace

extern constinit const Verb kStatusVerb{
    {"status", "Shows the state of the store.", "coffer status"}, Section::store, verb_status};

extern constinit const Verb kVerifyVerb{
    {"verify", "Opens every record and reports damage.", "coffer verify"},
    Section::store,
    verb_verify};

}  // namespace coffer::tools
