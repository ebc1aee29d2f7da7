// Whether two values are the same secret, even if written differently.
#pragma once

#include <coffer/value.h>

namespace coffer::tools {

/// Compares byte for byte.
bool is_identical(const Value& a, const Value& b);
/// Whether two values are identical, or are JSON with the same members in the same order, the same
/// text of numbers and the same characters of strings, whatever the spacing and escapes.
bool is_equivalent(const Value& a, const Value& b);

}  // namespace coffer::tools
