// Breaks text between words, for a terminal of 80 columns.
#pragma once

#include <string>
#include <string_view>

namespace coffer::tools {

inline constexpr std::size_t kTextColumns = 80;

/// How many terminal columns `text` takes: two for a wide character, none for a combining one.
std::size_t display_width(std::string_view text);

/// `text` broken to continue a line that already has `column` columns; each further line begins
/// with `indent` blanks. A word longer than a line stays whole.
std::string wrapped(std::string_view text, std::size_t column, std::size_t indent);

/// Joins lines into paragraphs and wraps them. A line that begins with a blank, or with a word in
/// capitals and a colon, begins a new paragraph. The continuation of a line that begins with a
/// blank is indented by two more blanks.
std::string reflowed(std::string_view text);

/// A shell command broken before options, with backslashes at the line ends.
std::string wrapped_command(std::string_view command);

}  // namespace coffer::tools
