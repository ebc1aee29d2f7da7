// coffer config put | check
#include "format/time_text.h"
#include "tools/context.h"
#include "tools/input.h"
#include "tools/numbers.h"
#include "tools/output.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

std::string_view kind_name(ConfigOutcome::Kind kind) {
  switch (kind) {
    case ConfigOutcome::Kind::minted: return "minted";
    case ConfigOutcome::Kind::bumped: return "bumped";
    case ConfigOutcome::Kind::kept: return "kept";
    case ConfigOutcome::Kind::external: return "external";
    case ConfigOutcome::Kind::removed: return "removed";
  }
  return "";
}

Result<void> write_report(const ConfigPutReport& report) {
  JsonText json;
  json.open('{').key("id").string(report.id).key("revision").number(report.revision);
  json.key("partial").raw(report.partial.text()).key("outcomes").open('[');
  for (const ConfigOutcome& outcome : report.outcomes) {
    json.open('{').key("pointer").string(outcome.pointer);
    json.key("outcome").string(kind_name(outcome.kind));
    json.key("coordinate").string(outcome.coordinate).close('}');
  }
  json.close(']').key("destroyed").open('[');
  for (const std::string& coordinate : report.destroyed) json.string(coordinate);
  json.close(']').close('}');
  return json.write();
}

struct ConfigPutWords {
  std::string id;
  std::optional<std::string> spec, input, workspace, revision, keep_old, compat, bump;
  bool report = false;
};

Result<ConfigPutOptions> options_of(const ConfigPutWords& words) {
  ConfigPutOptions options;
  if (words.workspace) options.workspace = *words.workspace;
  if (words.revision) options.revision = COFFER_TRY(parse_number("--revision", *words.revision));
  if (words.keep_old) options.keep_old_ms = COFFER_TRY(format::parse_duration(*words.keep_old));
  if (words.compat) {
    if (*words.compat != "airbyte") {
      return Error(ErrorCode::usage, "takes `airbyte`").about(Subject::Kind::name, "--compat");
    }
    options.compat_airbyte = true;
  }
  if (words.bump) {
    if (*words.bump != "changed" && *words.bump != "always") {
      return Error(ErrorCode::usage, "takes `changed` or `always`")
          .about(Subject::Kind::name, "--bump");
    }
    options.bump = *words.bump == "always" ? ConfigBump::always : ConfigBump::changed;
  }
  return options;
}

Error missing(std::string_view option) {
  return Error(ErrorCode::usage, "is missing").about(Subject::Kind::name, option);
}

}  // namespace

VerbResult verb_config_put(Arguments& arguments, const VerbText& text) {
  ConfigPutWords words;
  Syntax syntax(arguments, text);
  syntax.word("ID", words.id, "The config's name");
  syntax.option("--spec", words.spec, "FILE",
                "JSON Schema with airbyte_secret; `-` is standard input");
  syntax.option("--input", words.input, "FILE", "The full document; `-` is standard input");
  syntax.option("--workspace", words.workspace, "UUID", "Where its secrets are named");
  syntax.option("--revision", words.revision, "N", "Only if the stored revision is N; 0: if none");
  syntax.option("--keep-old", words.keep_old, "DURATION",
                "Replaced versions live that much longer");
  syntax.option("--compat", words.compat, "airbyte",
                "Behave as Airbyte does: always a new version");
  syntax.option("--bump", words.bump, "changed|always",
                "Which values become new versions; `changed` where nothing is said");
  syntax.flag("--report", words.report, "Tell what became of each secret, as JSON");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!words.spec) return missing("--spec");
  if (!words.input) return missing("--input");
  const ConfigPutOptions options = COFFER_TRY(options_of(words));
  const SecretBytes spec = COFFER_TRY(read_input(*words.spec));
  const SecretBytes input = COFFER_TRY(read_input(*words.input));
  Store store = COFFER_TRY(context.open());
  const ConfigPutReport report =
      COFFER_TRY(store.configs().put(words.id, spec.text(), input.text(), options));
  COFFER_TRY(words.report ? write_report(report) : write_value(report.partial.bytes()));
  return 0;
}

VerbResult verb_config_check(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> spec_name;
  std::optional<std::string> input_name;
  std::optional<std::string> ttl;
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
  if (!spec_name) return missing("--spec");
  if (!input_name) return missing("--input");
  if (ttl) options.ttl_ms = COFFER_TRY(format::parse_duration(*ttl));
  const SecretBytes spec = COFFER_TRY(read_input(*spec_name));
  const SecretBytes input = COFFER_TRY(read_input(*input_name));
  Store store = COFFER_TRY(context.open());
  const ConfigPutReport report =
      COFFER_TRY(store.configs().check(spec.text(), input.text(), options));
  COFFER_TRY(report_wanted ? write_report(report) : write_value(report.partial.bytes()));
  return 0;
}

}  // namespace coffer::tools
