// The report of a put, patch, check, stage or commit as JSON text, in one form for all callers.
#include <coffer/configs.h>

#include <string_view>
#include <utility>

#include "engine/text/json.h"
#include "engine/text/time_text.h"

namespace coffer {
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

void append_member(SecretBytes& out, std::string_view before, std::string_view text) {
  out.append(before);
  json::append_quoted(out, text);
}

}  // namespace

SecretBytes report_json(const ConfigPutReport& report) {
  SecretBytes out;
  append_member(out, R"({"id":)", report.id);
  if (!report.stage.empty()) append_member(out, R"(,"stage":)", report.stage);
  if (report.expires_at_ms != 0)
    append_member(out, R"(,"expires_time":)", text::print_time(report.expires_at_ms));
  out.append(R"(,"revision":)" + std::to_string(report.revision));
  out.append(R"(,"partial":)");
  // Empty if the caller may not list the config.
  out.append(report.partial.empty() ? std::string_view("null") : report.partial.text());
  out.append(R"(,"outcomes":[)");
  bool first = true;
  for (const ConfigOutcome& outcome : report.outcomes) {
    if (!std::exchange(first, false)) out.append(",");
    append_member(out, R"({"pointer":)", outcome.pointer);
    append_member(out, R"(,"outcome":)", kind_name(outcome.kind));
    append_member(out, R"(,"coordinate":)", outcome.coordinate);
    out.append("}");
  }
  out.append(R"(],"destroyed":[)");
  first = true;
  for (const std::string& coordinate : report.destroyed) {
    append_member(out, std::exchange(first, false) ? "" : ",", coordinate);
  }
  out.append(report.spec_marks_nothing ? R"(],"spec_marks_nothing":true})" : "]}");
  return out;
}

}  // namespace coffer
