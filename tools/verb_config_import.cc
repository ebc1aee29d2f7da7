// coffer config import
#include "tools/config_words.h"
#include "tools/context.h"
#include "tools/input.h"
#include "tools/verbs.h"

namespace coffer::tools {

VerbResult verb_config_import(Arguments& arguments, const VerbText& text) {
  ConfigWords words;
  std::optional<std::string> payloads_name;
  bool report_wanted = false;
  Syntax syntax(arguments, text);
  words.describe(syntax, "The partial document, with coordinates; `-` is standard input");
  words.describe_workspace(syntax);
  syntax.option("--payloads", payloads_name, "FILE",
                "A JSON object of coordinates and values; `-` is standard input");
  syntax.flag("--report", report_wanted, "Tell what became of each secret, as JSON");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!words.spec) return missing_option("--spec");
  if (!words.input) return missing_option("--input");
  if (!payloads_name) return missing_option("--payloads");
  const ConfigPutOptions options = COFFER_TRY(words.options());
  const SecretBytes spec = COFFER_TRY(read_input(*words.spec));
  const SecretBytes input = COFFER_TRY(read_input(*words.input));
  const SecretBytes payloads = COFFER_TRY(read_input(*payloads_name));
  Store store = COFFER_TRY(context.open());
  const ConfigPutReport report = COFFER_TRY(store.configs().import_partial(
      words.id, spec.text(), input.text(), payloads.text(), options));
  COFFER_TRY(write_outcome(report, report_wanted));
  return 0;
}

}  // namespace coffer::tools
