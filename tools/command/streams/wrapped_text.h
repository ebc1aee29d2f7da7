// Text for a terminal of 80 columns, broken between words.
#pragma once

#include <string>
#include <string_view>

namespace coffer::tools {

inline constexpr std::size_t kTextColumns = 80;

/// How many columns `text` takes on a terminal: two for a wide character, none for a combining one.
std::size_t display_width(std::string_view text);

/// `text` as it goes on in a line that already has `column` columns; each further line begins with
/// `indent` blanks. A word that is longer than a line stays whole.
std::string wrapped(std::string_view text, std::size_t column, std::size_t indent);

/// Paragraphs: lines that follow one another are one, unless the next begins with a blank, or with
/// a word in capitals and a colon. Lines that begin with a blank go on two blanks further in.
std::string reflowed(std::string_view text);

/// A command for a shell, broken before options and ended by backslashes where it is too long.
std::string wrapped_command(std::string_view command);

}  // namespace coffer::tools
