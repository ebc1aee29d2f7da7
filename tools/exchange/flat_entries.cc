#include "tools/exchange/flat_entries.h"

#include "format/names.h"
#include "text/json.h"
#include "tools/exchange/value_text.h"

namespace coffer::tools {
namespace {

// Import reads a key back as a path, so the key must be a valid path.
Result<void> give(const TakeEntry& take, const std::string& key, std::string_view text) {
  if (!format::check_path(key)) {
    return Error(ErrorCode::usage, "cannot be a key in this form, because it is not a valid path",
                 "--as json keeps fields of any name")
        .about(Subject::Kind::path, key);
  }
  if (json::is_valid_utf8(text) && text.find('\0') == std::string_view::npos)
    return take(key, text);
  return Error(ErrorCode::usage, "this form holds text, but the value is not text",
               "--as json keeps any bytes")
      .about(Subject::Kind::path, key);
}

}  // namespace

Result<void> each_flat_entry(const SecretImage& secret, const TakeEntry& take) {
  if (secret.versions.empty() || !secret.versions.front().value) return {};
  const Value& value = *secret.versions.front().value;
  const Result<std::vector<std::string>> names = value.field_names();
  if (!names) return give(take, secret.path, COFFER_TRY(text_of(value)).text());
  // Such stores keep a single text in the field `value`, so the row's key is the secret's path.
  if (names->size() == 1 && names->front() == "value")
    return give(take, secret.path, COFFER_TRY(value.field("value")).text());
  for (const std::string& name : *names)
    COFFER_TRY(give(take, secret.path + "/" + name, COFFER_TRY(value.field(name)).text()));
  return {};
}

SecretImage image_of_entry(std::string_view prefix, std::string_view key, std::string_view text) {
  SecretImage image;
  image.path = prefix.empty() ? std::string(key) : std::string(prefix) + "/" + std::string(key);
  image.versions.push_back({{}, Value::opaque(text)});
  return image;
}

}  // namespace coffer::tools
