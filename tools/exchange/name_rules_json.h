// Rules for names as JSON: {"components":{...},"fields":{...}}, each with "characters", "ends",
// "bytes_min", "bytes_max" and "white_space" ("not_alone" or "forbidden"). What is not set is left
// out, so that {} allows any name.
#pragma once

#include <coffer/settings.h>

#include "text/json_writer.h"
#include "tools/exchange/input_document.h"

namespace coffer::tools {

void append_name_rules(json::Writer& json, const NameRules& rules);
/// Errors: usage. The store checks the rules themselves.
Result<NameRules> read_name_rules(const Spot& spot);

}  // namespace coffer::tools
