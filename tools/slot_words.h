// Key slots as words of the command line.
#pragma once

#include <coffer/key_slots.h>
#include <coffer/result.h>

#include <string_view>

namespace coffer::tools {

/// A slot's number; one that no slot can have is told by the store. Errors: usage.
Result<int> parse_slot(std::string_view text);

}  // namespace coffer::tools
