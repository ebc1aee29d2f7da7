// coffer clock accept
#include "text/time_text.h"
#include "tools/command/opening/context.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

VerbResult verb_clock_accept(Arguments& arguments, const VerbText& text) {
  bool dry_run = false;
  bool yes = false;
  Syntax syntax(arguments, text);
  syntax.flag("-n,--dry-run", dry_run, "Tell what would change, and change nothing");
  syntax.flag("-y,--yes", yes, "Do not ask");
  syntax.explain(
      "First make sure that the clock is right. Versions that have expired by the store's time are "
      "destroyed; versions written while the clock was ahead keep the time that they had left.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  ClockAcceptance report = COFFER_TRY(store.accept_clock(true));
  if (!dry_run && report.to_ms < report.from_ms) {
    COFFER_TRY(confirm("Set the store's time from " + text::print_time(report.from_ms) +
                           " back to " + text::print_time(report.to_ms) + ", and destroy " +
                           std::to_string(report.destroyed) + " expired versions for good?",
                       yes));
    report = COFFER_TRY(store.accept_clock());
  }
  if (context.json()) {
    JsonText json;
    json.open('{').key("dry_run").boolean(dry_run);
    json.key("from").time(report.from_ms).key("to").time(report.to_ms);
    json.key("destroyed").number(report.destroyed).key("moved").number(report.moved).close('}');
    COFFER_TRY(json.write());
    return 0;
  }
  if (report.to_ms >= report.from_ms) {
    COFFER_TRY(write_line("the clock is not behind the store's time: there is nothing to accept"));
    return 0;
  }
  COFFER_TRY(write_line(std::string(dry_run ? "would set" : "set") + " the time from " +
                        text::print_time(report.from_ms) + " back to " +
                        text::print_time(report.to_ms) +
                        "; expired and destroyed: " + std::to_string(report.destroyed) +
                        ", ends moved: " + std::to_string(report.moved)));
  return 0;
}

}  // namespace

extern constinit const Verb kClockAcceptVerb{
    {"clock accept", "Sets the store's time to the clock's, after the clock once ran ahead.",
     "coffer clock accept --reason 'the battery was changed'"},
    Section::store,
    verb_clock_accept,
    "The store's time"};

}  // namespace coffer::tools
