// coffer settings get | put
#include <algorithm>

#include "text/ascii.h"
#include "tools/command/durations.h"
#include "tools/command/numbers.h"
#include "tools/command/opening/context.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/exchange/name_rules_json.h"
#include "tools/verbs/store/name_presets.h"

namespace coffer::tools {
namespace {

struct SettingsWords {
  std::optional<std::string> max_versions, cas_required, delete_version_after, value_limit, names,
      scope, audit_reads, audit_keep;
};

// `inherit` takes the scope's own away.
constexpr std::string_view kInherit = "inherit";
constexpr std::string_view kUnset = "unset";

// "90d": by age; a bare number: so many records; 0: all of them.
Result<void> change_audit_keep(std::string_view text, StoreSettings& settings) {
  settings.audit_keep_ms = 0;
  settings.audit_keep_records = 0;
  if (ascii::is_number(text)) {
    settings.audit_keep_records = COFFER_TRY(parse_number("--audit-keep", text));
  } else {
    settings.audit_keep_ms = COFFER_TRY(parse_span("--audit-keep", text, false));
  }
  return {};
}

std::string print_audit_keep(const StoreSettings& settings) {
  if (settings.audit_keep_ms != 0) return print_span(settings.audit_keep_ms);
  return std::to_string(settings.audit_keep_records);
}

Result<void> change_scope(const SettingsWords& words, StoreSettings& settings) {
  if (words.max_versions || words.cas_required || words.delete_version_after || words.audit_reads ||
      words.audit_keep) {
    return Error(ErrorCode::usage, "a scope has only --value-limit and --names",
                 "the others are the store's, or a secret's: coffer metadata put");
  }
  auto& scopes = settings.scopes;
  auto scope = std::find_if(scopes.begin(), scopes.end(),
                            [&](const ScopeSettings& s) { return s.prefix == *words.scope; });
  if (scope == scopes.end()) scope = scopes.insert(scopes.end(), ScopeSettings{*words.scope});
  if (words.value_limit) {
    scope->value_bytes_max.reset();
    if (*words.value_limit != kInherit)
      scope->value_bytes_max = COFFER_TRY(parse_number("--value-limit", *words.value_limit));
  }
  if (words.names) {
    scope->names.reset();
    if (*words.names != kInherit) scope->names = COFFER_TRY(find_name_rules(*words.names));
  }
  if (!scope->value_bytes_max && !scope->names) scopes.erase(scope);
  return {};
}

Result<void> change_store(const SettingsWords& words, StoreSettings& settings) {
  if (words.max_versions) {
    const std::uint64_t number =
        *words.max_versions == kUnset
            ? 0
            : COFFER_TRY(parse_number("--max-versions", *words.max_versions));
    if (number > UINT32_MAX)
      return Error(ErrorCode::usage, "is too large").about(Subject::Kind::name, "--max-versions");
    settings.max_versions = static_cast<std::uint32_t>(number);
  }
  if (words.cas_required)
    settings.cas_required = COFFER_TRY(parse_truth("--cas-required", *words.cas_required));
  if (words.delete_version_after) {
    settings.delete_version_after_ms =
        COFFER_TRY(parse_span("--delete-version-after", *words.delete_version_after, true));
  }
  if (words.value_limit)
    settings.value_bytes_max = COFFER_TRY(parse_number("--value-limit", *words.value_limit));
  if (words.names) settings.names = COFFER_TRY(find_name_rules(*words.names));
  if (words.audit_reads) {
    settings.audit_reads = *words.audit_reads == "on";
    if (!settings.audit_reads && *words.audit_reads != "off")
      return Error(ErrorCode::usage, "takes `on` or `off`")
          .about(Subject::Kind::name, "--audit-reads");
  }
  if (words.audit_keep) COFFER_TRY(change_audit_keep(*words.audit_keep, settings));
  return {};
}

void append_names(JsonText& json, const NameRules& rules) {
  json.key("names").string(preset_of(rules));
  append_name_rules(json.key("name_rules"), rules);
}

Result<void> write_json(const StoreSettings& settings) {
  JsonText json;
  json.open('{').key("max_versions");
  if (settings.max_versions == 0) {
    json.raw("null");
  } else {
    json.number(settings.max_versions);
  }
  json.key("cas_required").boolean(settings.cas_required);
  json.key("delete_version_after").string(print_span(settings.delete_version_after_ms));
  json.key("value_limit").number(settings.value_bytes_max);
  append_names(json, settings.names);
  json.key("audit_reads").boolean(settings.audit_reads);
  json.key("audit_keep").string(print_audit_keep(settings)).key("scopes").open('[');
  for (const ScopeSettings& scope : settings.scopes) {
    json.open('{').key("prefix").string(scope.prefix);
    if (scope.value_bytes_max) json.key("value_limit").number(*scope.value_bytes_max);
    if (scope.names) append_names(json, *scope.names);
    json.close('}');
  }
  json.close(']').close('}');
  return json.write();
}

Result<void> write_table(const StoreSettings& settings) {
  Table table({"SETTING", "VALUE"});
  table.row({"max_versions", settings.max_versions == 0 ? std::string(kUnset)
                                                        : std::to_string(settings.max_versions)});
  table.row({"cas_required", settings.cas_required ? "true" : "false"});
  table.row({"delete_version_after", print_span(settings.delete_version_after_ms)});
  table.row({"value_limit", std::to_string(settings.value_bytes_max)});
  table.row({"names", in_words(settings.names)});
  table.row({"audit_reads", settings.audit_reads ? "on" : "off"});
  table.row({"audit_keep", print_audit_keep(settings)});
  for (const ScopeSettings& scope : settings.scopes) {
    std::string text;
    if (scope.value_bytes_max) text = "value_limit " + std::to_string(*scope.value_bytes_max);
    if (scope.names) text += (text.empty() ? "names " : ", names ") + in_words(*scope.names);
    table.row({"scope " + scope.prefix, text});
  }
  return table.write();
}

VerbResult verb_settings_get(Arguments& arguments, const VerbText& text) {
  Syntax syntax(arguments, text);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  const StoreSettings settings = COFFER_TRY(store.settings());
  COFFER_TRY(context.json() ? write_json(settings) : write_table(settings));
  return 0;
}

VerbResult verb_settings_put(Arguments& arguments, const VerbText& text) {
  SettingsWords words;
  Syntax syntax(arguments, text);
  syntax.option(
      "--max-versions", words.max_versions, "N",
      "Keep so many versions of a secret that says nothing larger itself; `unset`: what it "
      "says itself, else 10");
  syntax.switch_flag("--cas-required", words.cas_required, "Every put must give --cas");
  syntax.option("--delete-version-after", words.delete_version_after, "DURATION",
                "New versions are deleted after that; 0: not; never: not even where a secret "
                "says so itself");
  syntax.option("--value-limit", words.value_limit, "BYTES",
                "The largest value; with --scope also `inherit`");
  const std::string names_help =
      "Which names may be written: " + presets_in_words() + "; with --scope also `inherit`";
  syntax.option("--names", words.names, "PRESET", names_help.c_str());
  syntax.option("--audit-reads", words.audit_reads, "on|off",
                "Every read of a value leaves a record, or is refused; each costs a durable write");
  syntax.option("--audit-keep", words.audit_keep, "DURATION|N",
                "What a sweep leaves of the audit log: by age, or the last N records; 0: all");
  syntax.option("--scope", words.scope, "PREFIX", "--value-limit and --names for this folder only");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!words.max_versions && !words.cas_required && !words.delete_version_after &&
      !words.value_limit && !words.names && !words.audit_reads && !words.audit_keep) {
    return Error(ErrorCode::usage, "no setting is given", "for example --max-versions 20");
  }
  Store store = COFFER_TRY(context.open());
  // Read and put in one transaction: another process may change another setting meanwhile.
  COFFER_TRY(store.transaction([&](Transaction& txn) -> Result<void> {
    StoreSettings settings = COFFER_TRY(txn.settings());
    COFFER_TRY(words.scope ? change_scope(words, settings) : change_store(words, settings));
    return txn.put_settings(settings);
  }));
  return 0;
}

}  // namespace

extern constinit const Verb kSettingsGetVerb{
    {"settings get", "Shows the store's settings.", "coffer settings get"},
    Section::store,
    verb_settings_get,
    "The store's settings"};

extern constinit const Verb kSettingsPutVerb{
    {"settings put", "Changes settings of the store, or of a folder.",
     "coffer settings put --scope ingestion --value-limit 65536 --names vdk"},
    Section::store,
    verb_settings_put};

}  // namespace coffer::tools
