// coffer config check | end-check
#include "format/time_text.h"
#include "tools/config_words.h"
#include "tools/context.h"
#include "tools/input.h"
#include "tools/output.h"
#include "tools/verbs.h"

namespace coffer::tools {

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
  if (ttl) options.ttl_ms = COFFER_TRY(format::parse_duration(*ttl));
  const SecretBytes spec = COFFER_TRY(read_input(*spec_name));
  const SecretBytes input = COFFER_TRY(read_input(*input_name));
  Store store = COFFER_TRY(context.open());
  const ConfigPutReport report =
      COFFER_TRY(store.configs().check(spec.text(), input.text(), options));
  COFFER_TRY(write_outcome(report, report_wanted));
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
  if (id && file) return Error(ErrorCode::usage, "FILE and --id exclude one another");
  SecretBytes partial;
  if (!id) partial = COFFER_TRY(read_input(file.value_or("-")));
  Store store = COFFER_TRY(context.open());
  const std::vector<std::string> destroyed = COFFER_TRY(
      id ? store.configs().end_check_of(*id) : store.configs().end_check(partial.text()));
  if (context.json()) {
    JsonText json;
    json.open('{').key("destroyed").strings(destroyed).close('}');
    COFFER_TRY(json.write());
  }
  return 0;
}

}  // namespace coffer::tools
