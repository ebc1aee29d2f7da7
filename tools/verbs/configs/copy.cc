// coffer config copy | rename
#include "tools/command/opening/context.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/verbs/configs/config_words.h"

namespace coffer::tools {
namespace {

VerbResult verb_config_copy(Arguments& arguments, const VerbText& text) {
  std::string from, to;
  bool report_wanted = false;
  Syntax syntax(arguments, text);
  syntax.word("FROM", from, "The config that is there");
  syntax.word("TO", to, "The name of the copy, which must be free");
  syntax.flag("--report", report_wanted, "Tell what became of each secret, as JSON");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  const ConfigPutReport report = COFFER_TRY(store.configs().copy(from, to));
  COFFER_TRY(write_outcome(report, report_wanted));
  return 0;
}

VerbResult verb_config_rename(Arguments& arguments, const VerbText& text) {
  std::string from, to;
  Syntax syntax(arguments, text);
  syntax.word("FROM", from, "The config that is there");
  syntax.word("TO", to, "Its new name, which must be free");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  const std::uint64_t revision = COFFER_TRY(store.configs().rename(from, to));
  if (context.json()) {
    JsonText json;
    json.open('{').key("id").string(to).key("revision").number(revision).close('}');
    COFFER_TRY(json.write());
  }
  return 0;
}

}  // namespace

extern constinit const Verb kConfigCopyVerb{
    {"config copy", "Copies a stored config, with secrets of its own; shows no value.",
     "coffer config copy source-1 source-2"},
    Section::configs,
    verb_config_copy};

extern constinit const Verb kConfigRenameVerb{
    {"config rename", "Gives a config another name; its secrets keep their coordinates.",
     "coffer config rename source-1 orders"},
    Section::configs,
    verb_config_rename};

}  // namespace coffer::tools
