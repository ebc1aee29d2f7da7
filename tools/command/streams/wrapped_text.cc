#include "tools/command/streams/wrapped_text.h"

#include <algorithm>
#include <cstdint>

#include "text/ascii.h"
#include "tools/command/streams/wide_characters.h"

namespace coffer::tools {
namespace {

// Takes the next UTF-8 character; an invalid first byte counts as a character.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  const std::size_t size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t character = size == 1 ? first : first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size && i < text.size(); ++i)
    character = character << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3FU);
  text.remove_prefix(std::min(size, text.size()));
  return character;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view taken = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), taken.size() + 1));
  return taken;
}

// Whether the line begins like "USE: list, use or reveal".
bool is_headed(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                     ascii::is_upper);
}

bool continues(std::string_view next) {
  return !next.empty() && next.front() != ' ' && !is_headed(next);
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += columns_of(take_character(text));
  return width;
}

std::string wrapped(std::string_view text, std::size_t column, std::size_t indent) {
  std::string out;
  bool begins_line = true;
  while (!text.empty()) {
    const std::string_view word = take_until(text, ' ');
    const std::size_t width = display_width(word);
    if (!begins_line && column + 1 + width > kTextColumns) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
      begins_line = true;
    }
    if (!begins_line) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
    begins_line = false;
  }
  return out;
}

std::string reflowed(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string paragraph(take_until(text, '\n'));
    const std::size_t blanks = std::min(paragraph.find_first_not_of(' '), paragraph.size());
    while (blanks == 0 && !paragraph.empty() && !paragraph.ends_with(':') &&
           continues(text.substr(0, text.find('\n'))))
      paragraph += ' ' + std::string(take_until(text, '\n'));
    out.append(blanks, ' ');
    out +=
        wrapped(std::string_view(paragraph).substr(blanks), blanks, blanks == 0 ? 0 : blanks + 2);
    out += '\n';
  }
  return out;
}

std::string wrapped_command(std::string_view command) {
  constexpr std::size_t kMark = 2;  // The blank and backslash at a line's end.
  std::string out;
  std::size_t column = 2;
  while (!command.empty()) {
    // Keeps an option with its value, and breaks nothing inside quotes.
    std::size_t end = command.find(" -", 1);
    while (end != std::string_view::npos &&
           std::count(command.begin(), command.begin() + static_cast<std::ptrdiff_t>(end), '\'') %
                   2 !=
               0)
      end = command.find(" -", end + 1);
    const std::string_view part = command.substr(0, end);
    if (column + part.size() + kMark > kTextColumns && !out.empty()) {
      out += " \\\n   ";
      column = 3;
    }
    out += part;
    column += part.size();
    command.remove_prefix(part.size());
  }
  return out;
}

}  // namespace coffer::tools
