// One text form of JSON values, in which equal values have equal texts: members sorted by key,
// escapes normalised, no white space. Numbers keep their text, so 1 and 1.0 differ.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <cstddef>
#include <functional>

#include "text/json.h"

namespace coffer::configs {

using LeavesOut = std::function<bool(json::NodeId)>;

/// Appends the value without the members and elements for which `leaves_out` is true, and takes the
/// appended bytes off `budget`. Errors: limit (more than `budget` bytes).
Result<void> append_canonical(SecretBytes& out, const json::Document& document, json::NodeId node,
                              const LeavesOut& leaves_out, std::size_t& budget);

}  // namespace coffer::configs
