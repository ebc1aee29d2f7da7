// coffer get
#include "base/base64.h"
#include "text/json.h"
#include "tools/command/numbers.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/absent_secret.h"
#include "tools/command/secret/field_names.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/exchange/value_text.h"

namespace coffer::tools {
namespace {

// A value that is no JSON: as text where it is text, else as base64.
void append_opaque(JsonText& json, const SecretBytes& bytes) {
  if (json::is_valid_utf8(bytes.text())) {
    json.key("value").string(bytes.text());
    return;
  }
  json.key("value_base64").base64(bytes.bytes());
}

// An error names the secret and the place in it; who reads the value may see what else it has.
Result<Value> about_place(Result<Value> found, const Secret& secret, const std::string& field) {
  if (found) return found;
  hint_at_fields(found.error(), secret.value);
  return std::move(found).error().about(Subject::Kind::path, secret.path + "#" + field);
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
    const Value found = COFFER_TRY(about_place(secret.value.json_at(*field), secret, *field));
    json.key("data").raw(found.text());
  } else if (secret.value.is_json()) {
    json.key("data").raw(secret.value.text());
  } else {
    append_opaque(json, secret.value.bytes());
  }
  json.key("metadata").open('{').key("custom_metadata").open('{');
  for (const auto& [key, value] : metadata.custom) json.key(key).string(value);
  json.close('}').close('}').close('}');
  return json.write();
}

// A string is what it says; any other JSON value is its text.
Result<void> write_raw(const Secret& secret, const std::optional<std::string>& field) {
  if (!field) {
    const SecretBytes text = COFFER_TRY(text_of(secret.value));
    return write_value(text.bytes());
  }
  const Value found = COFFER_TRY(about_place(secret.value.at(*field), secret, *field));
  return write_value(found.bytes().bytes());
}

// The exact JSON text, a string with its quotes and escapes.
Result<void> write_json_text(const Secret& secret, const std::optional<std::string>& field) {
  if (!field && !secret.value.is_json()) {
    return Error(ErrorCode::usage, "is opaque and has no JSON text",
                 "leave --json away, or give --format json")
        .about(Subject::Kind::path, secret.path);
  }
  if (!field) return write_value(secret.value.bytes().bytes());
  const Value found = COFFER_TRY(about_place(secret.value.json_at(*field), secret, *field));
  return write_value(found.bytes().bytes());
}

VerbResult verb_get(Arguments& arguments, const VerbText& text) {
  std::string word;
  std::optional<std::string> version;
  std::optional<std::string> field;
  bool exact = false;
  Syntax syntax(arguments, text);
  syntax.word("SECRET", word, "PATH, COORDINATE or coffer://PATH[?version=N][#FIELD]");
  syntax.option("--version", version, "N", "That version and not the newest");
  syntax.option("--field", field, "K", "One field of a JSON object, or /A/B, a JSON Pointer");
  syntax.flag("--json", exact, "The exact JSON text; else a string comes without its quotes");
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
      COFFER_TRY(about_secret(store, store.get(target.path, target.version), target.path));
  if (context.json()) {
    COFFER_TRY(write_json(store, secret, target.field));
  } else if (exact) {
    COFFER_TRY(write_json_text(secret, target.field));
  } else {
    COFFER_TRY(write_raw(secret, target.field));
  }
  return 0;
}

}  // namespace

extern constinit const Verb kGetVerb{
    {"get", "Writes a secret's value to standard output, to the byte.",
     "coffer get ingestion/my-job --field redshift-user"},
    Section::secrets,
    verb_get};

}  // namespace coffer::tools
