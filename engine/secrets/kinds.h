// The kinds of secrets, and the form of value that each kind needs.
#pragma once

#include <coffer/result.h>
#include <coffer/value.h>

#include <string_view>

namespace coffer::secrets {

/// Allows the known kinds, and "" for no kind. Errors: usage (lists the known kinds).
Result<void> check_kind(std::string_view kind);
/// Whether a secret of this kind, which must be known, may hold `value`. Errors: usage.
Result<void> check_value_of_kind(std::string_view kind, const Value& value);

}  // namespace coffer::secrets
