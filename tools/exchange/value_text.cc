#include "tools/exchange/value_text.h"

namespace coffer::tools {

std::string_view text_of(const json::Document& document) {
  return document.type(0) == json::Type::string ? document.string(0) : document.raw(0);
}

Result<SecretBytes> text_of(const Value& value) {
  if (!value.is_json()) return value.bytes().clone();
  const json::Document document = COFFER_TRY(json::Document::parse(value.text()));
  return SecretBytes::copy_of(text_of(document));
}

}  // namespace coffer::tools
