// The kinds of secrets and what the value of each must look like.
#pragma once

#include <coffer/result.h>
#include <coffer/value.h>

#include <string_view>

namespace coffer::secrets {

/// Errors: usage, which names the kinds there are. "" is no kind and allowed.
Result<void> check_kind(std::string_view kind);
/// Whether `value` may stand under a secret of this kind, which exists. Errors: usage.
Result<void> check_value_of_kind(std::string_view kind, const Value& value);

}  // namespace coffer::secrets
