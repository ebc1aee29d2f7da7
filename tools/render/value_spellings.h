// The spellings in which programs print a value, for the redactor to search.
#pragma once

#include <functional>
#include <string_view>

namespace coffer::tools {

/// Shorter lines and pieces of base64 occur in any output, so they are not searched.
inline constexpr std::size_t kShortestPart = 8;
/// For a longer value only its lines are searched, because each spelling takes memory.
inline constexpr std::size_t kLongestSpelled = std::size_t{64} << 10;

/// Calls `take` with each spelling of a value, without line ends at its end: the value itself, with
/// a terminal's line ends, with blanks for line ends (an unquoted word in a shell), each line of at
/// least kShortestPart characters (except the frame of PEM text), as JSON, as POSIX shells, bash
/// and Python's shlex quote it, as a URL escapes it, and in base64 at any offset. For a JSON object
/// or array also the spellings of each string and number in it. A spelling may come more than once.
void each_spelling(std::string_view value, const std::function<void(std::string_view)>& take);

}  // namespace coffer::tools
