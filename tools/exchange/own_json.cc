// coffer's own export document:
//
//   {"format":"coffer-export","format_version":2,"exported_time":T,"history":B,
//   "settings":{...},"policy":{...},"secrets":[
//   {"path","current_version","oldest_version","managed","metadata":{...},"versions":[
//     {"version","created_time","deletion_time","destroyed","expires_time","data"|...}]}],
//   "configs":[{"id","revision","workspace","compat_airbyte","outside","last_stage","spec",
//     "partial","secrets":[...]}],"references":[{"path","version","user"}]}
//
// For metadata with an owner or tags, "marked_by" names the user who set them without the right to
// administer, and "marks_doubted" says whether they are doubted.
//
// Versions come newest first; without history there is only the newest. Expired and destroyed
// versions have no value, deleted ones only with history. Settings, policy and configs appear only
// in the export of a whole store.
#include "text/time_text.h"
#include "tools/command/durations.h"
#include "tools/command/streams/output.h"
#include "tools/exchange/forms.h"
#include "tools/exchange/input_document.h"
#include "tools/exchange/name_rules_json.h"
#include "tools/exchange/own_document.h"
#include "tools/exchange/yaml/yaml.h"

namespace coffer::tools {
namespace {

void append_metadata(json::Writer& json, const SecretImage& secret) {
  const MetadataChange& metadata = secret.metadata;
  json.key("metadata").open('{');
  json.key("created_time").time(secret.created_at_ms);
  json.key("updated_time").time(secret.updated_at_ms);
  json.key("max_versions").number(metadata.max_versions.value_or(0));
  json.key("cas_required").boolean(metadata.cas_required.value_or(false));
  json.key("delete_version_after").string(print_span(metadata.delete_version_after_ms.value_or(0)));
  json.key("kind").string(metadata.kind.value_or(""));
  json.key("description").string(metadata.description.value_or(""));
  json.key("owner").string(metadata.owner.value_or(""));
  json.key("tags").strings(metadata.tags.value_or(std::vector<std::string>()));
  if (metadata.marked_by) json.key("marked_by").string(*metadata.marked_by);
  if (metadata.marks_doubted) json.key("marks_doubted").boolean(*metadata.marks_doubted);
  json.key("custom_metadata");
  json.texts_by_name(metadata.custom.value_or(std::map<std::string, std::string>())).close('}');
}

void append_version(json::Writer& json, const VersionImage& version) {
  const VersionInfo& info = version.info;
  json.open('{').key("version").number(info.version);
  json.key("created_time").time(info.created_at_ms);
  json.key("deletion_time").time(info.deletion_at_ms);
  json.key("destroyed").boolean(info.destroyed);
  json.key("expires_time").time(info.expires_at_ms);
  if (version.value) append_value_member(json, *version.value);
  json.close('}');
}

void append_secret(json::Writer& json, const SecretImage& secret) {
  json.open('{').key("path").string(secret.path);
  json.key("current_version").number(secret.current_version);
  json.key("oldest_version").number(secret.oldest_version);
  json.key("managed").boolean(secret.managed);
  append_metadata(json, secret);
  json.key("versions").open('[');
  for (const VersionImage& version : secret.versions) append_version(json, version);
  json.close(']').close('}');
}

void append_settings(json::Writer& json, const StoreSettings& settings) {
  json.open('{').key("max_versions").number(settings.max_versions);
  json.key("cas_required").boolean(settings.cas_required);
  json.key("delete_version_after").string(print_span(settings.delete_version_after_ms));
  json.key("value_limit").number(settings.value_bytes_max);
  append_name_rules(json.key("names"), settings.names);
  json.key("audit_reads").boolean(settings.audit_reads);
  json.key("audit_keep").string(print_span(settings.audit_keep_ms));
  json.key("audit_keep_records").number(settings.audit_keep_records);
  json.key("scopes").open('[');
  for (const ScopeSettings& scope : settings.scopes) {
    json.open('{').key("prefix").string(scope.prefix);
    if (scope.value_bytes_max) json.key("value_limit").number(*scope.value_bytes_max);
    if (scope.names) append_name_rules(json.key("names"), *scope.names);
    json.close('}');
  }
  json.close(']').close('}');
}

class OwnWriter : public ExportWriter {
 public:
  using ExportWriter::add;
  OwnWriter(std::int64_t now_ms, bool history, StoreImage store)
      : now_ms_(now_ms), history_(history), store_(std::move(store)) {}

  void begin(SecretBytes& out) override {
    json::Writer json;
    json.open('{').key("format").string(kFormatName).key("format_version").number(kFormatVersion);
    json.key("exported_time").time(now_ms_).key("history").boolean(history_);
    if (store_.settings) append_settings(json.key("settings"), *store_.settings);
    if (!store_.policy.empty()) json.key("policy").raw(store_.policy);
    json.key("secrets").open('[');
    out.append(json.text());
  }
  Result<void> add(SecretBytes& out, const SecretImage& secret) override {
    begin_array(out, "secrets");
    json::Writer json;
    append_secret(json, secret);
    out.append(json.text());
    return {};
  }
  Result<void> add(SecretBytes& out, const ConfigImage& config) override {
    begin_array(out, "configs");
    const RestoredConfig& told = config.config;
    json::Writer json;
    json.open('{').key("id").string(told.id).key("revision").number(told.revision);
    json.key("workspace").string(told.workspace);
    json.key("compat_airbyte").boolean(told.compat_airbyte);
    json.key("outside").boolean(told.outside).key("last_stage").string(told.last_stage);
    json.key("spec").raw(told.spec.text()).key("partial").raw(told.partial.text());
    json.key("secrets").open('[');
    for (const SecretImage& secret : config.secrets) append_secret(json, secret);
    json.close(']').close('}');
    out.append(json.text());
    return {};
  }
  Result<void> add(SecretBytes& out, const RestoredReference& reference) override {
    begin_array(out, "references");
    json::Writer json;
    json.open('{').key("path").string(reference.path).key("version").number(reference.version);
    json.key("user").string(reference.user).close('}');
    out.append(json.text());
    return {};
  }
  void end(SecretBytes& out) override { out.append("\n]}\n"); }

 private:
  // Arrays come one after another; the first element begins its array.
  void begin_array(SecretBytes& out, std::string_view name) {
    if (name != array_) {
      out.append("\n],\"");
      out.append(name);
      out.append("\":[");
      array_ = name;
      first_ = true;
    }
    out.append(first_ ? "\n" : ",\n");
    first_ = false;
  }

  std::int64_t now_ms_;
  bool history_;
  StoreImage store_;
  std::string_view array_ = "secrets";
  bool first_ = true;
};

class YamlWriter : public ExportWriter {
 public:
  using ExportWriter::add;
  YamlWriter(std::int64_t now_ms, bool history) : now_ms_(now_ms), history_(history) {}

  void begin(SecretBytes& out) override {
    out.append("format: \"coffer-export\"\nformat_version: 2\nexported_time: \"");
    out.append(text::print_time(now_ms_));
    out.append(history_ ? "\"\nhistory: true\nsecrets:" : "\"\nhistory: false\nsecrets:");
  }
  Result<void> add(SecretBytes& out, const SecretImage& secret) override {
    json::Writer json;
    append_secret(json, secret);
    const auto document = json::Document::parse(json.text());
    // The depth of the value is limited, and the document adds only four levels.
    if (!document) return Error(document.error()).about(Subject::Kind::path, secret.path);
    out.append(first_ ? "\n  -\n" : "  -\n");
    first_ = false;
    append_yaml(out, *document, 2);
    return {};
  }
  void end(SecretBytes& out) override {
    if (first_) out.append(" []\n");
  }

 private:
  std::int64_t now_ms_;
  bool history_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<ExportWriter> make_own_writer(std::int64_t now_ms, bool history, StoreImage store) {
  return std::make_unique<OwnWriter>(now_ms, history, std::move(store));
}

std::unique_ptr<ExportWriter> make_yaml_writer(std::int64_t now_ms, bool history) {
  return std::make_unique<YamlWriter>(now_ms, history);
}

}  // namespace coffer::tools
