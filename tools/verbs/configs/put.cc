// coffer config put | patch | stage | commit | abandon
#include <unistd.h>

#include "text/time_text.h"
#include "tools/command/durations.h"
#include "tools/command/opening/context.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/verbs/configs/config_documents.h"
#include "tools/verbs/configs/config_words.h"

namespace coffer::tools {
namespace {

VerbResult verb_config_put(Arguments& arguments, const VerbText& text) {
  ConfigWords words;
  bool report_wanted = false;
  Syntax syntax(arguments, text);
  words.describe(syntax, "The full document; `-` is standard input");
  words.describe_workspace(syntax);
  words.describe_keep_old(syntax);
  words.describe_compat(syntax);
  words.describe_unmark(syntax);
  syntax.flag("--report", report_wanted, "Tell what became of each secret, as JSON");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!words.spec) return missing_option("--spec");
  if (!words.input) return missing_option("--input");
  const ConfigPutOptions options = COFFER_TRY(words.options());
  ConfigDocuments documents;
  const SecretBytes spec = COFFER_TRY(documents.read("spec", *words.spec));
  const SecretBytes input = COFFER_TRY(documents.read("document", *words.input));
  Store store = COFFER_TRY(context.open());
  const auto report = store.configs().put(words.id, spec.text(), input.text(), options);
  if (!report.ok()) return documents.explain(report.error());
  COFFER_TRY(write_outcome(*report, report_wanted));
  return 0;
}

VerbResult verb_config_patch(Arguments& arguments, const VerbText& text) {
  ConfigWords words;
  bool report_wanted = false;
  Syntax syntax(arguments, text);
  words.describe(syntax,
                 "What to change, as a JSON Merge Patch; standard input where none is named");
  words.describe_keep_old(syntax);
  words.describe_unmark(syntax);
  syntax.flag("--report", report_wanted, "Tell what became of each secret, as JSON");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  // Nobody types a patch by hand at a prompt that does not say so.
  if (!words.input && isatty(STDIN_FILENO) == 1) return missing_option("--input");
  const ConfigPutOptions options = COFFER_TRY(words.options());
  ConfigDocuments documents;
  SecretBytes spec;
  if (words.spec) spec = COFFER_TRY(documents.read("spec", *words.spec));
  const SecretBytes input = COFFER_TRY(documents.read("document", words.input.value_or("-")));
  Store store = COFFER_TRY(context.open());
  const auto report = store.configs().patch(words.id, input.text(), options, spec.text());
  if (!report.ok()) return documents.explain(report.error());
  COFFER_TRY(write_outcome(*report, report_wanted));
  return 0;
}

VerbResult verb_config_stage(Arguments& arguments, const VerbText& text) {
  ConfigWords words;
  std::optional<std::string> lease, against_name;
  Syntax syntax(arguments, text);
  words.describe(syntax, "The full document; `-` is standard input");
  words.describe_workspace(syntax);
  words.describe_compat(syntax);
  words.describe_unmark(syntax);
  syntax.option("--lease", lease, "DURATION", "How long it waits for its commit; 15m if not said");
  syntax.option("--against", against_name, "FILE",
                "The partial document as you keep it now: masks are resolved by it");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!words.spec) return missing_option("--spec");
  if (!words.input) return missing_option("--input");
  const ConfigPutOptions options = COFFER_TRY(words.options());
  std::int64_t lease_ms = kConfigLeaseMs;
  if (lease) lease_ms = COFFER_TRY(parse_span("--lease", *lease, false));
  ConfigDocuments documents;
  const SecretBytes spec = COFFER_TRY(documents.read("spec", *words.spec));
  const SecretBytes input = COFFER_TRY(documents.read("document", *words.input));
  SecretBytes against;
  if (against_name) against = COFFER_TRY(documents.read("against", *against_name));
  if (against_name && against.empty())
    return Error(ErrorCode::usage, "is empty").about(Subject::Kind::name, "--against");
  Store store = COFFER_TRY(context.open());
  const auto report =
      store.configs().stage(words.id, spec.text(), input.text(), options, lease_ms, against.text());
  if (!report.ok()) return documents.explain(report.error());
  COFFER_TRY(write_outcome(*report, true));
  return 0;
}

VerbResult verb_config_commit(Arguments& arguments, const VerbText& text) {
  std::string id, stage;
  std::optional<std::string> keep_old;
  ConfigCommitOptions options;
  bool report_wanted = false;
  Syntax syntax(arguments, text);
  syntax.word("ID", id, "The config's name");
  syntax.word("STAGE", stage, "The \"stage\" that `config stage` printed");
  syntax.option("--keep-old", keep_old, "DURATION", "Replaced versions live that much longer");
  syntax.flag("--outside", options.outside,
              "The document is kept outside: its secrets are noted as used there, under ID");
  syntax.flag("--report", report_wanted, "Tell what became of each secret, as JSON");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (keep_old) options.keep_old_ms = COFFER_TRY(parse_span("--keep-old", *keep_old, false));
  Store store = COFFER_TRY(context.open());
  const ConfigPutReport report = COFFER_TRY(store.configs().commit(id, stage, options));
  COFFER_TRY(write_outcome(report, report_wanted));
  return 0;
}

VerbResult verb_config_abandon(Arguments& arguments, const VerbText& text) {
  std::string id, stage;
  Syntax syntax(arguments, text);
  syntax.word("ID", id, "The config's name");
  syntax.word("STAGE", stage, "The \"stage\" that `config stage` printed");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  const std::vector<std::string> destroyed = COFFER_TRY(store.configs().abandon(id, stage));
  if (context.json()) {
    JsonText json;
    json.open('{').key("id").string(id).key("destroyed").strings(destroyed).close('}');
    COFFER_TRY(json.write());
  }
  return 0;
}

}  // namespace

extern constinit const Verb kConfigPutVerb{
    {"config put", "Stores a connector config; its secrets become versions of their own.",
     "coffer config put source-1 --spec spec.json --input full.json"},
    Section::configs,
    verb_config_put,
    "Configs whose secrets become versions of their own"};

extern constinit const Verb kConfigPatchVerb{
    {"config patch", "Changes a part of a stored config by a JSON Merge Patch.",
     "coffer config patch source-1 --input change.json --revision 3"},
    Section::configs,
    verb_config_patch};

extern constinit const Verb kConfigStageVerb{
    {"config stage",
     "Prepares a put, for a document that another database keeps.\nIts new versions expire unless "
     "`config commit` follows in time.",
     "coffer config stage source-1 --spec spec.json --input full.json --lease 15m"},
    Section::configs,
    verb_config_stage};

extern constinit const Verb kConfigCommitVerb{
    {"config commit", "Completes a stage: the staged document becomes the config's.",
     "coffer config commit source-1 7b0c5c4e-93c6-4f6e-8a77-0d7c2f1be2a4"},
    Section::configs,
    verb_config_commit};

extern constinit const Verb kConfigAbandonVerb{
    {"config abandon", "Destroys the secrets of a stage.",
     "coffer config abandon source-1 7b0c5c4e-93c6-4f6e-8a77-0d7c2f1be2a4"},
    Section::configs,
    verb_config_abandon};

}  // namespace coffer::tools
