// Durations as they are written on the command line and printed.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::tools {

/// "30d", "2h", "90s" or seconds. `with_never` also allows "never", which is -1. Errors: usage,
/// limit; about the option.
Result<std::int64_t> parse_span(std::string_view option, std::string_view text, bool with_never);

/// "30d", "2h", "15m" or "90s": in the largest unit that divides it, else in "ms". "0s" for 0,
/// "never" if negative.
std::string print_span(std::int64_t ms);

}  // namespace coffer::tools
