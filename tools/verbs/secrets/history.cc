// coffer history
#include "text/time_text.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/absent_secret.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

Result<void> write_json(const History& history) {
  JsonText json;
  json.open('{').key("path").string(history.path);
  json.key("current_version").number(history.current_version);
  json.key("oldest_version").number(history.oldest_version).key("versions").open('[');
  for (const VersionInfo& version : history.versions) {
    json.open('{').key("version").number(version.version);
    json.key("created_time").time(version.created_at_ms);
    json.key("deletion_time").time(version.deletion_at_ms);
    json.key("destroyed").boolean(version.destroyed);
    json.key("expires_time").time(version.expires_at_ms).close('}');
  }
  json.close(']').close('}');
  return json.write();
}

Result<void> write_table(const History& history) {
  Table table({"VERSION", "CREATED", "DELETION", "DESTROYED", "EXPIRES"});
  for (const VersionInfo& version : history.versions) {
    table.row({std::to_string(version.version), text::print_time(version.created_at_ms),
               text::print_time(version.deletion_at_ms), version.destroyed ? "yes" : "no",
               text::print_time(version.expires_at_ms)});
  }
  return table.write();
}

VerbResult verb_history(Arguments& arguments, const VerbText& text) {
  std::string word;
  Syntax syntax(arguments, text);
  syntax.word("PATH", word, "The secret");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const Target target = COFFER_TRY(parse_target(word));
  Store store = COFFER_TRY(context.open());
  const History history = COFFER_TRY(about_secret(store, store.history(target.path), target.path));
  COFFER_TRY(context.json() ? write_json(history) : write_table(history));
  return 0;
}

}  // namespace

extern constinit const Verb kHistoryVerb{
    {"history", "Lists the versions of a secret, newest first.", "coffer history ingestion/my-job"},
    Section::secrets,
    verb_history};

}  // namespace coffer::tools
