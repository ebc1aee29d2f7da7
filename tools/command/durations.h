// Durations as a setting of versions: with a word for none at all.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::tools {

/// "30d", "2h", "90s" or seconds; where `with_never`, "never" is -1. Errors: usage, limit; about
/// the option.
Result<std::int64_t> parse_span(std::string_view option, std::string_view text, bool with_never);

/// "30d", "2h", "15m" or "90s": the largest unit that leaves no rest; "1500ms" where none does.
/// "0s" for 0, "never" for less.
std::string print_span(std::int64_t ms);

}  // namespace coffer::tools
