// The fields that a value has, for who asked for one that it has not.
#pragma once

#include <coffer/error.h>
#include <coffer/value.h>

namespace coffer::tools {

/// Lets the hint of an error about a missing field name those there are. Only for who may see the
/// value: its fields' names are a part of it.
void hint_at_fields(const Error& error, const Value& value);

}  // namespace coffer::tools
