// The form of Vault's KV tools.
#include <algorithm>
#include <array>

#include "base/base64.h"
#include "text/ascii.h"
#include "tools/command/fail.h"
#include "tools/exchange/forms.h"
#include "tools/exchange/input_document.h"

namespace coffer::tools {
namespace {

// Vault holds only JSON objects, so any other value goes into the field that Vault's users give to
// a single value.
void append_fields(SecretBytes& out, const Value& value) {
  if (value.is_json() && ascii::trimmed(value.text(), " \t\r\n").starts_with('{')) {
    out.append(value.text());
    return;
  }
  json::Writer json;
  json.open('{');
  if (value.is_json()) {
    json.key("value").raw(value.text());
  } else {
    append_value_member(json, value);
  }
  out.append(json.close('}').text());
}

bool is_bytes(const Value& value) { return !value.is_json() && !json::is_valid_utf8(value.text()); }

// Vault has no bytes: they leave as a text field and come back as that field.
void warn_of_bytes(std::string_view path) {
  warn(printable(path) +
       ": bytes become a field value_base64 here, which an import does not turn into bytes again; "
       "--as "
       "json keeps them");
}

// Whether it looks like exported bytes, although it may also be a user's field.
bool looks_like_bytes(const Spot& fields) {
  std::size_t members = 0;
  (void)fields.each_member([&members](std::string_view, const Spot&) {
    ++members;
    return Result<void>();
  });
  const std::optional<Spot> base64 = fields.find("value_base64");
  return members == 1 && base64 && base64->type() == json::Type::string &&
         decode_base64(base64->characters());
}

class VaultWriter : public ExportWriter {
 public:
  using ExportWriter::add;
  void begin(SecretBytes& out) override { out.append("{"); }
  Result<void> add(SecretBytes& out, const SecretImage& secret) override {
    // A map of fields can say nothing about a secret without a value.
    if (secret.versions.empty() || !secret.versions.front().value) return {};
    out.append(first_ ? "\n" : ",\n");
    first_ = false;
    json::append_quoted(out, secret.path);
    out.push_back(':');
    if (is_bytes(*secret.versions.front().value)) warn_of_bytes(secret.path);
    append_fields(out, *secret.versions.front().value);
    return {};
  }
  void end(SecretBytes& out) override { out.append("\n}\n"); }

 private:
  bool first_ = true;
};

// Whether this is the answer of a KV v2 read, {"data":{"data":{...},"metadata":{...}}}, in Vault's
// envelope.
bool is_read_answer(const Spot& root) {
  static constexpr std::array<std::string_view, 9> kEnvelope = {
      "request_id", "lease_id",  "lease_duration", "renewable", "data",
      "warnings",   "wrap_info", "auth",           "mount_type"};
  bool enveloped = true;
  const Result<void> seen = root.each_member([&](std::string_view name, const Spot&) {
    enveloped = enveloped && std::find(kEnvelope.begin(), kEnvelope.end(), name) != kEnvelope.end();
    return Result<void>();
  });
  const std::optional<Spot> data = root.find("data");
  if (!seen || !enveloped || !data) return false;
  const std::optional<Spot> metadata = data->find("metadata");
  return data->find("data") && metadata && metadata->find("version");
}

Result<void> read_answer_metadata(const Spot& metadata, SecretImage& secret) {
  VersionInfo& info = secret.versions.front().info;
  if (const auto version = metadata.find("version")) info.version = COFFER_TRY(version->number());
  if (const auto created = metadata.find("created_time"))
    info.created_at_ms = COFFER_TRY(created->time());
  secret.current_version = info.version;
  const std::optional<Spot> custom = metadata.find("custom_metadata");
  if (!custom || custom->is_null()) return {};
  return into_custom(secret.metadata.custom)(*custom);
}

Result<std::vector<SecretImage>> read_answer(const Spot& root, const ImportNames& names) {
  if (names.prefix.empty()) {
    return root.refuse(
        {ErrorCode::usage, "holds one secret without its path", "give the path: --prefix PATH"});
  }
  const std::optional<Spot> data = root.find("data");
  const std::optional<Spot> fields = data->find("data");
  if (!fields->is_object()) {
    return fields->refuse({ErrorCode::usage, "has no fields: the version was deleted or destroyed",
                           "read an earlier one: vault kv get -version=N -format=json"});
  }
  std::vector<SecretImage> secrets(1);
  SecretImage& secret = secrets.front();
  secret.path = names.prefix;
  Value value = COFFER_TRY(Value::json(fields->raw()));
  secret.versions.push_back({{}, std::move(value)});
  COFFER_TRY(read_answer_metadata(*data->find("metadata"), secret));
  return secrets;
}

Result<std::vector<SecretImage>> read_map(const Spot& root, const ImportNames& names) {
  std::vector<SecretImage> secrets;
  COFFER_TRY(root.each_member([&](std::string_view path, const Spot& fields) -> Result<void> {
    if (!fields.is_object()) {
      return fields.refuse({ErrorCode::usage, "must be a JSON object: the secret's fields",
                            "the document is a map of paths to fields"});
    }
    SecretImage secret;
    secret.path = names.prefix.empty() ? std::string(path)
                                       : std::string(names.prefix) + "/" + std::string(path);
    if (looks_like_bytes(fields))
      warn(printable(secret.path) + ": value_base64 is imported as a text field, not as bytes");
    Value value = COFFER_TRY(Value::json(fields.raw()));
    secret.versions.push_back({{}, std::move(value)});
    secrets.push_back(std::move(secret));
    return {};
  }));
  return secrets;
}

}  // namespace

std::unique_ptr<ExportWriter> make_vault_writer() { return std::make_unique<VaultWriter>(); }

Result<std::vector<SecretImage>> read_vault(SecretBytes text, const ImportNames& names) {
  const json::Document document = COFFER_TRY(parse_input(std::move(text), names.source));
  const Spot root = input_reader(document, names.source);
  if (is_read_answer(root)) return read_answer(root, names);
  return read_map(root, names);
}

Result<std::vector<SecretImage>> read_field_map(SecretBytes text, const ImportNames& names) {
  const json::Document document = COFFER_TRY(parse_input(std::move(text), names.source));
  return read_map(input_reader(document, names.source), names);
}

}  // namespace coffer::tools
