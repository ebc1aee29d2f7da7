// Whether two values are the same secret, written the same way or not.
#pragma once

#include <coffer/value.h>

namespace coffer::tools {

/// To the byte.
bool is_identical(const Value& a, const Value& b);
/// Two JSON values with the same members in the same order, the same text of numbers and the same
/// characters of strings, however they are spaced and escaped; or identical.
bool is_equivalent(const Value& a, const Value& b);

}  // namespace coffer::tools
