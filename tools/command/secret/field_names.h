// Names the fields of a value to a user who asked for a missing one.
#pragma once

#include <coffer/error.h>
#include <coffer/value.h>

namespace coffer::tools {

/// Lets the hint of an error about a missing field list the existing fields. Call it only if the
/// user may see the value, because field names are part of the value.
void hint_at_fields(const Error& error, const Value& value);

}  // namespace coffer::tools
