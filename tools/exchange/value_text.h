// A value as a program or a plain text wants it.
#pragma once

#include <coffer/value.h>

namespace coffer::tools {

/// A JSON string stands for its characters, for quotes around it are of no use to a program; any
/// other JSON value for its exact text, and opaque bytes for themselves. Errors: as a JSON parse.
Result<SecretBytes> text_of(const Value& value);

}  // namespace coffer::tools
