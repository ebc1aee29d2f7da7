// coffer get
#include "base/base64.h"
#include "format/json.h"
#include "tools/context.h"
#include "tools/numbers.h"
#include "tools/output.h"
#include "tools/target.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

// A value that is no JSON: as text where it is text, else as base64.
void append_opaque(JsonText& json, const SecretBytes& bytes) {
  if (json::is_valid_utf8(bytes.text())) {
    json.key("value").string(bytes.text());
    return;
  }
  SecretBytes encoded;
  append_base64(encoded, bytes.bytes());
  json.key("value_base64").string(encoded.text());
}

Result<Value> about_field(Result<Value> field, const std::string& name) {
  if (field || field.error().subject() != nullptr) return field;
  return std::move(field).error().about(Subject::Kind::name, name);
}

// The field as the JSON value that it is in the document.
Result<void> append_field(JsonText& json, const Value& value, const std::string& field) {
  const Value found = COFFER_TRY(about_field(value.field(field), field));
  json.key("data");
  if (found.is_json()) {
    json.raw(found.text());
  } else {
    json.string(found.text());
  }
  return {};
}

Result<void> write_json(Store& store, const Secret& secret,
                        const std::optional<std::string>& field) {
  const Metadata metadata = COFFER_TRY(store.metadata(secret.path));
  JsonText json;
  json.open('{').key("path").string(secret.path).key("version").number(secret.info.version);
  json.key("created_time").time(secret.info.created_at_ms);
  json.key("deletion_time").time(secret.info.deletion_at_ms);
  json.key("destroyed").boolean(secret.info.destroyed);
  json.key("expires_time").time(secret.info.expires_at_ms);
  if (field) {
    COFFER_TRY(append_field(json, secret.value, *field));
  } else if (secret.value.is_json()) {
    json.key("data").raw(secret.value.text());
  } else {
    append_opaque(json, secret.value.bytes());
  }
  json.key("metadata").open('{');
  for (const auto& [key, value] : metadata.custom) json.key(key).string(value);
  json.close('}').close('}');
  return json.write();
}

Result<void> write_raw(const Secret& secret, const std::optional<std::string>& field) {
  if (!field) return write_value(secret.value.bytes().bytes());
  const Value found = COFFER_TRY(about_field(secret.value.field(*field), *field));
  return write_value(found.bytes().bytes());
}

}  // namespace

VerbResult verb_get(Arguments& arguments, const VerbText& text) {
  std::string word;
  std::optional<std::string> version;
  std::optional<std::string> field;
  Syntax syntax(arguments, text);
  syntax.word("SECRET", word, "PATH, COORDINATE or coffer://PATH[?version=N][#FIELD]");
  syntax.option("--version", version, "N", "That version and not the newest");
  syntax.option("--field", field, "K", "One member of a JSON object");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Target target = COFFER_TRY(parse_target(word));
  if ((version && target.version != 0) || (field && target.field)) {
    return Error(ErrorCode::usage, "the version or field is named twice",
                 "name it in the reference or by the option, not by both");
  }
  if (version) {
    target.version = COFFER_TRY(parse_number("--version", *version));
    if (target.version == 0) {
      return Error(ErrorCode::usage, "versions count from 1",
                   "without --version the newest is read");
    }
  }
  if (field) target.field = field;
  Store store = COFFER_TRY(context.open());
  const Secret secret =
      COFFER_TRY(about_secret(store.get(target.path, target.version), target.path));
  if (context.json()) {
    COFFER_TRY(write_json(store, secret, target.field));
  } else {
    COFFER_TRY(write_raw(secret, target.field));
  }
  return 0;
}

}  // namespace coffer::tools
