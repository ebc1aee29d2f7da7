#include "tools/workload/selected_values.h"

#include <optional>

#include "base/base64.h"
#include "text/json.h"

namespace coffer::tools {
namespace {

// The object {"value_base64": "..."} holds a file that is no text: in a file it is those bytes
// again.
std::optional<SecretBytes> file_in(std::string_view text) {
  if (!text.starts_with('{')) return std::nullopt;
  const auto document = json::Document::parse(text);
  if (!document || document->child_count(0) != 1) return std::nullopt;
  const json::NodeId node = document->find(0, "value_base64");
  if (node == json::kNoNode || document->type(node) != json::Type::string) return std::nullopt;
  return decode_base64(document->string(node));
}

// The value as a program takes it; an error names the secret and the place in it.
Result<SecretBytes> text_found(const Secret& secret, std::string_view field, Result<Value> value) {
  if (!value) {
    return std::move(value).error().about(Subject::Kind::path,
                                          secret.path + "#" + std::string(field));
  }
  if (value->is_json() && value->text() == "null") return null_value(secret, field);
  return value->bytes().clone();
}

}  // namespace

std::string origin_of(const Secret& secret, std::string_view field) {
  return secret.path + "?version=" + std::to_string(secret.info.version) + "#" + std::string(field);
}

Error null_value(const Secret& secret, std::string_view field) {
  return Error(ErrorCode::usage, "is null, which no text can tell",
               "remove it, coffer patch PATH FIELD:=null, or choose other fields by --only")
      .about(Subject::Kind::path, secret.path + (field.empty() ? "" : "#") + std::string(field));
}

Result<void> add_value(Bindings& bindings, const Secret& secret, const std::string& name,
                       std::string_view field, std::string_view text, Use use) {
  const auto file = use == Use::files ? file_in(text) : std::nullopt;
  return bindings.add(name, file ? file->text() : text, origin_of(secret, field));
}

Result<SecretBytes> place_in(const Secret& secret, std::string_view field) {
  return text_found(secret, field, secret.value.at(field));
}

Result<void> add_field(Bindings& bindings, const Secret& secret, const std::string& name,
                       std::string_view field, Use use) {
  const SecretBytes text = COFFER_TRY(text_found(secret, field, secret.value.field(field)));
  return add_value(bindings, secret, name, field, text.text(), use);
}

std::string name_for(Use use, const Secret& secret, const std::string& field) {
  if (use != Use::files && !field.empty()) return field;
  const std::string last = secret.path.substr(secret.path.rfind('/') + 1);  // npos + 1 is 0.
  return field.empty() ? last : last + "_" + field;
}

}  // namespace coffer::tools
