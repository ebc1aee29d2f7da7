// coffer sweep
#include "text/time_text.h"
#include "tools/command/durations.h"
#include "tools/command/fail.h"
#include "tools/command/numbers.h"
#include "tools/command/opening/context.h"
#include "tools/command/opening/receipts.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

VerbResult verb_sweep(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> grace, limit;
  SweepOptions options;
  bool receipt_wanted = false;
  Syntax syntax(arguments, text);
  syntax.flag("-n,--dry-run", options.dry_run, "Tell what would be destroyed, and destroy nothing");
  syntax.option("--grace", grace, "DURATION", "Spare what was still in use within this time");
  syntax.option("--limit", limit, "N", "Destroy at most so many versions, the longest due first");
  syntax.flag("--receipt", receipt_wanted, kReceiptHelp);
  syntax.flag("--full", options.full,
              "Work out from every config what is reachable, and mend the indexes first");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (grace) options.grace_ms = COFFER_TRY(parse_span("--grace", *grace, false));
  if (limit) options.limit = COFFER_TRY(parse_number("--limit", *limit));
  if (receipt_wanted && options.dry_run)
    return Error(ErrorCode::usage, "--dry-run erases nothing, so there is no receipt");
  Receipts receipts;
  Store store = COFFER_TRY(context.open(receipts.sink()));
  const SweepReport report = COFFER_TRY(store.sweep(options));
  if (receipt_wanted || !context.json()) {
    for (const std::string& each : report.differences) warn(each);
  }
  if (receipt_wanted) {
    COFFER_TRY(receipts.write());
    return 0;
  }
  if (context.json()) {
    JsonText json;
    json.open('{').key("dry_run").boolean(report.dry_run).key("swept").open('[');
    for (const SweptVersion& swept : report.swept) {
      json.open('{').key("path").string(swept.path).key("version").number(swept.version);
      json.key("why").string(swept.why).key("kind").string(swept.kind);
      json.key("created_time").time(swept.created_at_ms);
      json.key("since").time(swept.since_ms).close('}');
    }
    json.close(']');
    if (options.full) {
      json.key("differences").open('[');
      for (const std::string& each : report.differences) json.string(printable(each));
      json.close(']');
    }
    json.close('}');
    COFFER_TRY(json.write());
    return 0;
  }
  Table table({"PATH", "VERSION", "WHY", "KIND", "CREATED", "SINCE"});
  for (const SweptVersion& swept : report.swept) {
    table.row({swept.path, std::to_string(swept.version), swept.why, swept.kind,
               text::print_time(swept.created_at_ms), text::print_time(swept.since_ms)});
  }
  COFFER_TRY(table.write());
  return 0;
}

}  // namespace

extern constinit const Verb kSweepVerb{{"sweep",
                                        "Destroys versions that expired or that no config refers "
                                        "to any more, and erases what trimming and moving left.",
                                        "coffer sweep --dry-run --grace 7d"},
                                       Section::store,
                                       verb_sweep};

}  // namespace coffer::tools
