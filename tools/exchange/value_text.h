// A value as a program or a plain text needs it.
#pragma once

#include <coffer/value.h>

#include <string_view>

#include "text/json.h"

namespace coffer::tools {

/// A JSON string gives its characters, because programs do not want the quotes; any other JSON
/// value gives its exact text. Valid as long as the document.
std::string_view text_of(const json::Document& document);
/// The same for a value; opaque bytes stay as they are. Errors: as a JSON parse.
Result<SecretBytes> text_of(const Value& value);

}  // namespace coffer::tools
