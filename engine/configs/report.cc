// The report of a put, patch, check, stage or commit as JSON text, in one form for all callers.
#include <coffer/configs.h>

#include <string_view>

#include "text/json_writer.h"

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

}  // namespace

SecretBytes report_json(const ConfigPutReport& report) {
  json::Writer json;
  json.open('{').key("id").string(report.id);
  if (!report.stage.empty()) json.key("stage").string(report.stage);
  if (report.expires_at_ms != 0) json.key("expires_time").time(report.expires_at_ms);
  json.key("revision").number(report.revision);
  // A caller who may not list the config does not get its document.
  json.key("partial").raw(report.partial.empty() ? "null" : report.partial.text());
  json.key("outcomes").open('[');
  for (const ConfigOutcome& outcome : report.outcomes) {
    json.open('{').key("pointer").string(outcome.pointer);
    json.key("outcome").string(kind_name(outcome.kind));
    json.key("coordinate").string(outcome.coordinate).close('}');
  }
  json.close(']').key("destroyed").strings(report.destroyed);
  if (report.spec_marks_nothing) json.key("spec_marks_nothing").boolean(true);
  return json.close('}').take();
}

}  // namespace coffer
