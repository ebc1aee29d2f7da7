// How programs write a value: as what a redactor seeks in their output.
#pragma once

#include <functional>
#include <string_view>

namespace coffer::tools {

/// Shorter parts of a value stand in any output: lines and base64 below it are not sought.
inline constexpr std::size_t kShortestPart = 8;
/// Only the lines of a longer value are sought: each spelling takes memory of its own.
inline constexpr std::size_t kLongestSpelled = std::size_t{64} << 10;

/// Calls `take` with each spelling of a value, line ends at its end aside: itself, as a terminal
/// shows its line ends, with blanks in their place (a shell's word without quotes), each of its
/// lines of kShortestPart characters (but what only frames a PEM text), as JSON, as POSIX shells,
/// bash and Python's shlex quote it, as a URL escapes it, in base64 wherever that begins; of a JSON
/// object or array each text and number in it, likewise. One may come more than once.
void each_spelling(std::string_view value, const std::function<void(std::string_view)>& take);

}  // namespace coffer::tools
