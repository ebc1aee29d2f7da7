// coffer config import
#include "tools/command/opening/context.h"
#include "tools/command/verb.h"
#include "tools/verbs/configs/config_documents.h"
#include "tools/verbs/configs/config_words.h"

namespace coffer::tools {
namespace {

VerbResult verb_config_import(Arguments& arguments, const VerbText& text) {
  ConfigWords words;
  std::optional<std::string> payloads_name;
  bool report_wanted = false;
  Syntax syntax(arguments, text);
  words.describe(syntax, "The partial document, with coordinates; `-` is standard input");
  words.describe_workspace(syntax);
  words.describe_unmark(syntax);
  syntax.option("--payloads", payloads_name, "FILE",
                "A JSON object of coordinates and values; `-` is standard input");
  syntax.flag("--report", report_wanted, "Tell what became of each secret, as JSON");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!words.spec) return missing_option("--spec");
  if (!words.input) return missing_option("--input");
  if (!payloads_name) return missing_option("--payloads");
  const ConfigPutOptions options = COFFER_TRY(words.options());
  ConfigDocuments documents;
  const SecretBytes spec = COFFER_TRY(documents.read("spec", *words.spec));
  const SecretBytes input = COFFER_TRY(documents.read("document", *words.input));
  const SecretBytes payloads = COFFER_TRY(documents.read("payloads", *payloads_name));
  Store store = COFFER_TRY(context.open());
  const auto report =
      store.configs().import_partial(words.id, spec.text(), input.text(), payloads.text(), options);
  if (!report.ok()) return documents.explain(report.error());
  COFFER_TRY(write_outcome(*report, report_wanted));
  return 0;
}

}  // namespace

extern constinit const Verb kConfigImportVerb{
    {"config import",
     "Takes in a partial document in Airbyte's form, with the values that it refers to.",
     "coffer config import source-1 --spec spec.json --input partial.json --payloads "
     "payloads.json"},
    Section::configs,
    verb_config_import};

}  // namespace coffer::tools
