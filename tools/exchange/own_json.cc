// coffer's own export document:
//
//   {"format":"coffer-export","format_version":1,"exported_time":T,"history":B,"secrets":[
//   {"path","current_version","oldest_version","managed","metadata":{...},"versions":[
//     {"version","created_time","deletion_time","destroyed","expires_time","data"|...}]}]}
//
// Versions stand newest first; without history there is the newest alone. The value of a version
// that is deleted, expired or destroyed is not told.
#include "format/time_text.h"
#include "tools/durations.h"
#include "tools/exchange/forms.h"
#include "tools/exchange/input_document.h"
#include "tools/exchange/yaml.h"
#include "tools/output.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kFormatName = "coffer-export";
constexpr std::uint64_t kFormatVersion = 1;

void append_metadata(JsonText& json, const SecretImage& secret) {
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
  json.key("tags").open('[');
  if (metadata.tags) {
    for (const std::string& tag : *metadata.tags) json.string(tag);
  }
  json.close(']').key("custom").open('{');
  if (metadata.custom) {
    for (const auto& [key, value] : *metadata.custom) json.key(key).string(value);
  }
  json.close('}').close('}');
}

void append_version(JsonText& json, const VersionImage& version) {
  const VersionInfo& info = version.info;
  json.open('{').key("version").number(info.version);
  json.key("created_time").time(info.created_at_ms);
  json.key("deletion_time").time(info.deletion_at_ms);
  json.key("destroyed").boolean(info.destroyed);
  json.key("expires_time").time(info.expires_at_ms);
  if (version.value) {
    SecretBytes member;
    append_value_member(member, *version.value);
    json.raw(member.text());
  }
  json.close('}');
}

void append_secret(JsonText& json, const SecretImage& secret) {
  json.open('{').key("path").string(secret.path);
  json.key("current_version").number(secret.current_version);
  json.key("oldest_version").number(secret.oldest_version);
  json.key("managed").boolean(secret.managed);
  append_metadata(json, secret);
  json.key("versions").open('[');
  for (const VersionImage& version : secret.versions) append_version(json, version);
  json.close(']').close('}');
}

class OwnWriter : public ExportWriter {
 public:
  OwnWriter(std::int64_t now_ms, bool history) : now_ms_(now_ms), history_(history) {}

  void begin(SecretBytes& out) override {
    JsonText json;
    json.open('{').key("format").string(kFormatName).key("format_version").number(kFormatVersion);
    json.key("exported_time").time(now_ms_).key("history").boolean(history_);
    json.key("secrets").open('[');
    out.append(json.text());
  }
  Result<void> add(SecretBytes& out, const SecretImage& secret) override {
    out.append(first_ ? "\n" : ",\n");
    first_ = false;
    JsonText json;
    append_secret(json, secret);
    out.append(json.text());
    return {};
  }
  void end(SecretBytes& out) override { out.append("\n]}\n"); }

 private:
  std::int64_t now_ms_;
  bool history_;
  bool first_ = true;
};

class YamlWriter : public ExportWriter {
 public:
  YamlWriter(std::int64_t now_ms, bool history) : now_ms_(now_ms), history_(history) {}

  void begin(SecretBytes& out) override {
    out.append("format: \"coffer-export\"\nformat_version: 1\nexported_time: \"");
    out.append(format::print_time(now_ms_));
    out.append(history_ ? "\"\nhistory: true\nsecrets:" : "\"\nhistory: false\nsecrets:");
  }
  Result<void> add(SecretBytes& out, const SecretImage& secret) override {
    JsonText json;
    append_secret(json, secret);
    const auto document = json::Document::parse(json.text());
    // The value's own depth is bounded, and it stands but four levels further in here.
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

Result<void> ignore(const Spot&) { return {}; }

Result<void> read_metadata(const Spot& spot, SecretImage& secret) {
  return take_metadata(spot, secret.metadata,
                       {{"created_time", into(secret.created_at_ms, &Spot::time)},
                        {"updated_time", into(secret.updated_at_ms, &Spot::time)}});
}

Result<void> read_version(const Spot& spot, SecretImage& secret) {
  VersionImage version;
  ValueMembers value;
  COFFER_TRY(spot.members({
      {"version", into(version.info.version, &Spot::number), true},
      {"created_time", into(version.info.created_at_ms, &Spot::time)},
      {"deletion_time", into(version.info.deletion_at_ms, &Spot::time)},
      {"destroyed", into(version.info.destroyed, &Spot::boolean)},
      {"expires_time", into(version.info.expires_at_ms, &Spot::time)},
      value.data(),
      value.value(),
      value.value_base64(),
  }));
  version.value = value.take();
  if (version.info.version == 0) {
    return spot.refuse({ErrorCode::usage, "versions count from 1"});
  }
  if (!secret.versions.empty() && secret.versions.back().info.version <= version.info.version) {
    return spot.refuse({ErrorCode::usage, "versions stand newest first, each once"});
  }
  if (version.info.destroyed && version.value) {
    return spot.refuse({ErrorCode::usage, "a destroyed version has no value"});
  }
  secret.versions.push_back(std::move(version));
  return {};
}

Result<SecretImage> read_secret(const Spot& spot, std::string_view prefix) {
  SecretImage secret;
  COFFER_TRY(spot.members({
      {"path", into(secret.path, &Spot::string), true},
      {"current_version", into(secret.current_version, &Spot::number)},
      {"oldest_version", into(secret.oldest_version, &Spot::number)},
      {"managed", into(secret.managed, &Spot::boolean)},
      {"metadata", [&](const Spot& member) { return read_metadata(member, secret); }},
      {"versions",
       [&](const Spot& member) {
         return member.each_element(
             [&](const Spot& version) { return read_version(version, secret); });
       },
       true},
  }));
  if (!prefix.empty()) secret.path = std::string(prefix) + "/" + secret.path;
  return secret;
}

Error not_ours(const Spot& root) {
  return root.refuse({ErrorCode::usage, "is no export document of coffer's",
                      "--as vault takes a map of paths to fields"});
}

// Before anything else: what a newer version of the form means is not ours to guess.
Result<void> check_head(const Spot& root) {
  const std::optional<Spot> format = root.find("format");
  const std::optional<Spot> version = root.find("format_version");
  if (!format || !version) return not_ours(root);
  if (COFFER_TRY(format->string()) != kFormatName) return not_ours(root);
  if (COFFER_TRY(version->number()) > kFormatVersion) {
    return version->refuse(
        {ErrorCode::too_new, "a newer coffer wrote this document", "import it with that one"});
  }
  return {};
}

}  // namespace

std::unique_ptr<ExportWriter> make_own_writer(std::int64_t now_ms, bool history) {
  return std::make_unique<OwnWriter>(now_ms, history);
}

std::unique_ptr<ExportWriter> make_yaml_writer(std::int64_t now_ms, bool history) {
  return std::make_unique<YamlWriter>(now_ms, history);
}

Result<std::vector<SecretImage>> read_own_json(SecretBytes text, const ImportNames& names) {
  const json::Document document = COFFER_TRY(parse_input(std::move(text), names.source));
  const Spot root(document, names.source);
  COFFER_TRY(check_head(root));
  std::vector<SecretImage> secrets;
  bool history = false;
  COFFER_TRY(root.members({
      {"format", ignore},
      {"format_version", ignore},
      {"exported_time",
       [](const Spot& spot) -> Result<void> {
         COFFER_TRY(spot.time());
         return {};
       }},
      {"history", into(history, &Spot::boolean)},
      {"secrets",
       [&](const Spot& spot) {
         return spot.each_element([&](const Spot& element) -> Result<void> {
           secrets.push_back(COFFER_TRY(read_secret(element, names.prefix)));
           return {};
         });
       },
       true},
  }));
  for (SecretImage& secret : secrets) secret.with_history = history;
  return secrets;
}

}  // namespace coffer::tools
