// Rebuilds a Value from a record whose form and text were checked when it was stored. Input must go
// through Value::json instead, which parses.
#pragma once

#include <coffer/value.h>

#include <utility>

namespace coffer {

class ValueAccess {
 public:
  static Value make(Value::Form form, SecretBytes bytes) { return Value(form, std::move(bytes)); }
  /// The bytes without a copy; leaves the value empty.
  static SecretBytes take(Value&& value) { return std::move(value.bytes_); }
};

}  // namespace coffer
