// JSON values in one form, so that equal ones have equal text: members by key, strings
// decoded, no blanks. Numbers keep their text: 1 and 1.0 are not the same value.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <cstddef>
#include <functional>

#include "engine/text/json.h"

namespace coffer::configs {

using LeavesOut = std::function<bool(json::NodeId)>;

/// Appends the value without the members and elements for which `leaves_out` holds. `budget`
/// bytes may be appended, and are taken off it. Errors: limit.
Result<void> append_canonical(SecretBytes& out, const json::Document& document, json::NodeId node,
                              const LeavesOut& leaves_out, std::size_t& budget);

}  // namespace coffer::configs
