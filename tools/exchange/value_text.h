// A value as a program or a plain text wants it.
#pragma once

#include <coffer/value.h>

#include <string_view>

#include "engine/text/json.h"

namespace coffer::tools {

/// A JSON string stands for its characters, for quotes around it are of no use to a program; any
/// other JSON value for its exact text. Valid as long as the document.
std::string_view text_of(const json::Document& document);
/// The same, and opaque bytes stand for themselves. Errors: as a JSON parse.
Result<SecretBytes> text_of(const Value& value);

}  // namespace coffer::tools
