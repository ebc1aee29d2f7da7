// coffer watch
#include <algorithm>

#include "text/time_text.h"
#include "tools/command/fail.h"
#include "tools/command/numbers.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/input.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/watch/cursor_file.h"
#include "tools/watch/watch_delivery.h"
#include "tools/watch/watch_rules.h"

namespace coffer::tools {
namespace {

constexpr std::int64_t kLookEveryMs = 200;  // How soon a signal ends the wait for changes.
constexpr std::int64_t kRetryFirstMs = 500;
constexpr std::int64_t kRetryMaxMs = 60'000;
constexpr int kTriesOnce = 3;  // With --once the watch does not wait for long.
constexpr std::size_t kBatch = 256;

constexpr char kAboutRules[] =
    "\nThe file of --rules is YAML or JSON. A rule has a name, and one of webhook (a URL), exec (a "
    "command) or\nfile (a line is appended); what, prefix, severity and body are optional:\n"
    "  rules:\n"
    "    - name: secret-deleted\n"
    "      what: [deleted]\n"
    "      prefix: instance-secret\n"
    "      severity: high\n"
    "      webhook: https://example.org/hook\n"
    "      body: '{\"text\": \"{{path}} is gone\"}'\n"
    "`deleted` is delete, destroy, expire and erase. In a body {{rule}}, {{severity}}, {{what}}, "
    "{{path}},\n{{version}}, {{revision}}, {{index}}, {{time}} and {{outcome}} are replaced by the "
    "event's "
    "facts; without a body all\nof them are sent as a JSON object. A command also gets "
    "COFFER_EVENT_RULE "
    "and _SEVERITY "
    "in its environment. With --once an event is\ntried three times, then the watch ends with an "
    "error and "
    "the "
    "next run begins with that event.";

std::string json_of(const Change& change) {
  JsonText json;
  json.open('{').key("revision").number(change.revision).key("index").number(change.index);
  json.key("time").time(change.at_ms).key("what").string(change.what);
  json.key("path").string(change.path).key("version").number(change.version).close('}');
  return std::string(json.text());
}

std::string line_of(const Change& change) {
  std::string line =
      text::print_time(change.at_ms) + "  " + change.what + "  " + printable(change.path);
  if (change.version != 0) line += "  " + std::to_string(change.version);
  return line;
}

struct Watch {
  std::vector<WatchRule> rules;  ///< Empty: every event is printed as a line.
  std::optional<CursorFile> cursor_file;
  ChangeFilter filter;
  bool once = false;
  bool json = false;
  bool keep_keys = false;

  Result<void> keep(const WatchCursor& cursor) const {
    return cursor_file ? cursor_file->write(cursor) : Result<void>();
  }
  // False: a signal ended the watch before the event was delivered.
  Result<bool> deliver(const Change& change) const;
  Result<bool> deliver_by(const Delivery& delivery, const Change& change) const;
  Result<int> run(Store& store, WatchCursor cursor) const;
};

Result<bool> Watch::deliver(const Change& change) const {
  if (rules.empty()) {
    COFFER_TRY(write_line(json ? json_of(change) : line_of(change)));
    return true;
  }
  for (const WatchRule& rule : rules) {
    if (!rule.matches(change)) continue;
    if (!COFFER_TRY(deliver_by(rule.delivery_of(change), change))) return false;
  }
  return true;
}

Result<bool> Watch::deliver_by(const Delivery& delivery, const Change& change) const {
  const std::string who =
      delivery.rule.empty() ? std::string("the command") : "the rule " + delivery.rule;
  std::int64_t pause = kRetryFirstMs;
  for (int tries = 1; !must_end(); ++tries) {
    if (deliver_once(delivery, change, keep_keys)) return true;
    if (must_end()) break;
    if (once && tries == kTriesOnce)
      return Error(ErrorCode::failed, "the command, file or webhook did not take an event",
                   "run it again with the same --cursor: it begins with this event")
          .about(Subject::Kind::name, who)
          .with_number(change.revision);
    note(who + " failed; the event is tried again in " + std::to_string(pause) + " ms");
    sleep_ms(pause);
    pause = std::min(pause * 2, kRetryMaxMs);
  }
  return false;
}

Result<int> Watch::run(Store& store, WatchCursor cursor) const {
  ChangeFilter next = filter;
  while (!must_end()) {
    next.after_index = cursor.index;
    const ChangeBatch batch = COFFER_TRY(store.audit().changes(cursor.revision, next, kBatch));
    for (const Change& change : batch.changes) {
      if (must_end() || !COFFER_TRY(deliver(change))) return 0;
      cursor = {change.revision, change.index};
      // Printed lines are recorded once a batch, rule deliveries once an event.
      if (!rules.empty()) COFFER_TRY(keep(cursor));
    }
    const bool moved = cursor.revision != batch.revision || cursor.index != kWholeRevision;
    cursor = {batch.revision, kWholeRevision};
    if (moved && (!batch.changes.empty() || once)) COFFER_TRY(keep(cursor));
    if (batch.more) continue;
    if (once) return 0;
    std::uint64_t now = cursor.revision;
    while (now <= cursor.revision && !must_end())
      now = COFFER_TRY(store.audit().wait(cursor.revision, kLookEveryMs));
  }
  return 0;
}

// Only a warning, because recording of reads may be switched on while the watch runs.
Result<void> warn_of_unrecorded_reads(Store& store) {
  if (!COFFER_TRY(store.settings()).audit_reads)
    warn(
        "this store does not record reads, so no read will be reported: coffer settings put "
        "--audit-reads on");
  return {};
}

VerbResult verb_watch(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> prefix, from, exec, rules, cursor_path;
  Watch watch;
  Syntax syntax(arguments, text);
  syntax.optional_word("PREFIX", prefix, "Only events at or below this path");
  syntax.option("--from", from, "REVISION", "Begin after this revision; 0: from the beginning");
  syntax.option("--exec", exec, "COMMAND",
                "Run this for each event (by /bin/sh) until it exits with 0");
  syntax.option("--rules", rules, "FILE",
                "Deliver events that match its rules to a command, a file or a webhook");
  syntax.option("--cursor", cursor_path, "FILE", "Record in this file which events were delivered");
  syntax.flag("--once", watch.once, "End when all events are delivered");
  syntax.flag("--keep-keys", watch.keep_keys,
              "Let commands inherit the store's key and name (COFFER_KEY, COFFER_STORE ...)");
  syntax.explain(kAboutRules);
  syntax.explain(
      "An event is delivered at least once: when its line is written, or when the command exits "
      "with 0; a failing command is run again, after longer and longer pauses. The command finds "
      "the event in its environment: COFFER_EVENT_WHAT, _PATH, _VERSION, _REVISION, _INDEX, _TIME "
      "and _OUTCOME; never a value.\nA rule's `what` names actions of `coffer audit list`, "
      "`deleted`, or events that change nothing: `read` (while the setting audit-reads is on; a "
      "command that reads a secret makes such an event itself), `refused`, or `denied` for "
      "refusals by the policy. Without --from, and without a cursor yet, the watch begins with the "
      "next event.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (prefix) COFFER_TRY(check_names_folder(*prefix, kFolderOrEverything));
  watch.filter.prefix = prefix.value_or("");
  watch.json = context.json();
  if (exec && rules) return Error(ErrorCode::usage, "--exec and --rules cannot be combined");
  if (exec) watch.rules.push_back({{}, {}, {}, {Delivery::Way::exec, *exec}});
  if (rules) watch.rules = COFFER_TRY(read_watch_rules(COFFER_TRY(read_input(*rules)), *rules));
  for (const WatchRule& rule : watch.rules) {
    watch.filter.reads |= rule.wants_reads();
    watch.filter.refused |= rule.wants_refused();
  }
  std::optional<WatchCursor> cursor;
  if (from) cursor = WatchCursor{COFFER_TRY(parse_number("--from", *from)), kWholeRevision};
  // The user is looked up now, because a policy may come while the watch runs.
  context.look_up_login();
  Store store = COFFER_TRY(context.open());
  if (cursor_path) {
    watch.cursor_file.emplace(*cursor_path, COFFER_TRY(store.status()).store_id);
    if (auto kept = COFFER_TRY(watch.cursor_file->read())) cursor = *kept;
  }
  if (!cursor) cursor = WatchCursor{COFFER_TRY(store.status()).sequence, kWholeRevision};
  if (watch.filter.reads) COFFER_TRY(warn_of_unrecorded_reads(store));
  // Recorded now, so that a restart continues from here even if nothing happens until then.
  COFFER_TRY(watch.keep(*cursor));
  end_on_signals();
  return watch.run(store, *cursor);
}

}  // namespace

extern constinit const Verb kWatchVerb{
    {"watch", "Reports changes of secrets as they happen, without values.",
     "coffer watch ingestion --cursor /var/lib/agent/cursor --exec ./on-change.sh"},
    Section::programs,
    verb_watch};

}  // namespace coffer::tools
