#include "tools/verbs/configs/config_words.h"

#include <algorithm>

#include "text/time_text.h"
#include "tools/command/durations.h"
#include "tools/command/fail.h"
#include "tools/command/numbers.h"
#include "tools/command/streams/output.h"

namespace coffer::tools {

void ConfigWords::describe(Syntax& syntax, const char* input_help) {
  syntax.word("ID", id, "The config's name");
  syntax.option("--spec", spec, "FILE", "JSON Schema with airbyte_secret; `-` is standard input");
  syntax.option("--input", input, "FILE", input_help);
  syntax.option("--revision", revision, "N", "Only if the stored revision is N; 0: if none");
  syntax.option("--bump", bump, "changed|always",
                "Which values become new versions; `changed` where nothing is said");
}

void ConfigWords::describe_workspace(Syntax& syntax) {
  syntax.option("--workspace", workspace, "UUID", "Where its secrets are named");
}

void ConfigWords::describe_keep_old(Syntax& syntax) {
  syntax.option("--keep-old", keep_old, "DURATION", "Replaced versions live that much longer");
}

void ConfigWords::describe_compat(Syntax& syntax) {
  syntax.option("--compat", compat, "airbyte", "Behave as Airbyte does: always a new version");
}

void ConfigWords::describe_unmark(Syntax& syntax) {
  syntax.repeated("--unmark", unmark, "POINTER",
                  "This place, with all below it, holds a secret and may become plain");
}

Result<ConfigPutOptions> ConfigWords::options() const {
  ConfigPutOptions options;
  if (workspace) options.workspace = *workspace;
  if (revision) options.revision = COFFER_TRY(parse_number("--revision", *revision));
  // An empty pointer is what a shell makes of a variable that is not set.
  if (std::find(unmark.begin(), unmark.end(), "") != unmark.end()) {
    return Error(ErrorCode::usage, "would select every secret of the document",
                 "name each place: --unmark /credentials/key")
        .about(Subject::Kind::name, "--unmark");
  }
  options.unmark = unmark;
  if (keep_old) options.keep_old_ms = COFFER_TRY(parse_span("--keep-old", *keep_old, false));
  if (compat) options.compat_airbyte = COFFER_TRY(is_airbyte(*compat));
  if (bump && *bump != "changed" && *bump != "always") {
    return Error(ErrorCode::usage, "takes `changed` or `always`")
        .about(Subject::Kind::name, "--bump");
  }
  if (bump) options.bump = *bump == "always" ? ConfigBump::always : ConfigBump::changed;
  return options;
}

Result<bool> is_airbyte(std::string_view compat) {
  if (compat == "airbyte") return true;
  return Error(ErrorCode::usage, "takes `airbyte`").about(Subject::Kind::name, "--compat");
}

Error missing_option(std::string_view option) {
  return Error(ErrorCode::usage, "is missing").about(Subject::Kind::name, option);
}

Result<void> write_outcome(const ConfigPutReport& report, bool whole_report) {
  if (report.spec_marks_nothing)
    warn("the spec marks no place with airbyte_secret: every value of the document is plain");
  if (!whole_report && report.partial.empty()) {
    note("done; the policy does not let you list this config, so its document is not shown");
    return {};
  }
  if (!whole_report) return write_value(report.partial.bytes());
  return write_line(report_json(report).text());
}

}  // namespace coffer::tools
