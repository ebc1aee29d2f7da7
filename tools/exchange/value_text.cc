#include "tools/exchange/value_text.h"

#include "format/json.h"

namespace coffer::tools {

Result<SecretBytes> text_of(const Value& value) {
  if (!value.is_json()) return value.bytes().clone();
  const json::Document document = COFFER_TRY(json::Document::parse(value.text()));
  const bool is_string = document.type(0) == json::Type::string;
  return SecretBytes::copy_of(is_string ? document.string(0) : document.raw(0));
}

}  // namespace coffer::tools
