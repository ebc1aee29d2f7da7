// coffer config check | end-check
#include "text/time_text.h"
#include "tools/command/durations.h"
#include "tools/command/opening/context.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/verbs/configs/config_documents.h"
#include "tools/verbs/configs/config_words.h"

namespace coffer::tools {
namespace {

VerbResult verb_config_check(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> spec_name, input_name, ttl;
  ConfigCheckOptions options;
  bool report_wanted = false;
  Syntax syntax(arguments, text);
  syntax.option("--spec", spec_name, "FILE",
                "JSON Schema with airbyte_secret; `-` is standard input");
  syntax.option("--input", input_name, "FILE", "The full document; `-` is standard input");
  syntax.option("--id", options.id, "ID", "A later `config put` of it takes equal values over");
  syntax.option("--ttl", ttl, "DURATION", "How long the secrets live; 2h where nothing is said");
  syntax.flag("--report", report_wanted, "Tell what became of each secret, as JSON");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!spec_name) return missing_option("--spec");
  if (!input_name) return missing_option("--input");
  if (ttl) options.ttl_ms = COFFER_TRY(parse_span("--ttl", *ttl, false));
  ConfigDocuments documents;
  const SecretBytes spec = COFFER_TRY(documents.read("spec", *spec_name));
  const SecretBytes input = COFFER_TRY(documents.read("document", *input_name));
  Store store = COFFER_TRY(context.open());
  const auto report = store.configs().check(spec.text(), input.text(), options);
  if (!report.ok()) return documents.explain(report.error());
  COFFER_TRY(write_outcome(*report, report_wanted));
  return 0;
}

VerbResult verb_config_end_check(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> file, id;
  Syntax syntax(arguments, text);
  syntax.optional_word("FILE", file,
                       "The partial document that `config check` wrote; standard "
                       "input where none is named");
  syntax.option("--id", id, "ID", "What the last check of this config minted, instead");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (id && file) return Error(ErrorCode::usage, "FILE and --id exclude each other");
  ConfigDocuments documents;
  SecretBytes partial;
  if (!id) partial = COFFER_TRY(documents.read("document", file.value_or("-")));
  Store store = COFFER_TRY(context.open());
  const auto ended =
      id ? store.configs().end_check_of(*id) : store.configs().end_check(partial.text());
  if (!ended.ok()) return documents.explain(ended.error());
  const std::vector<std::string>& destroyed = *ended;
  if (context.json()) {
    JsonText json;
    json.open('{').key("destroyed").strings(destroyed).close('}');
    COFFER_TRY(json.write());
  }
  return 0;
}

}  // namespace

extern constinit const Verb kConfigCheckVerb{
    {"config check", "Splits a config for a check run; its secrets expire by themselves.",
     "coffer config check --spec spec.json --input full.json --ttl 2h"},
    Section::configs,
    verb_config_check};

extern constinit const Verb kConfigEndCheckVerb{
    {"config end-check", "Destroys the secrets of a check before they expire.",
     "coffer config end-check partial.json"},
    Section::configs,
    verb_config_end_check};

}  // namespace coffer::tools
