#include "tools/exchange/place.h"

#include <algorithm>
#include <string>

namespace coffer::tools {

Place place_of(std::string_view text, std::size_t offset) {
  Place place;
  for (const char c : text.substr(0, std::min(offset, text.size()))) {
    if (c == '\n') {
      ++place.line;
      place.column = 1;
    } else if ((c & 0xC0) != 0x80) {
      ++place.column;
    }
  }
  return place;
}

Error at_place(Error error, std::string_view source, Place place) {
  const std::string text =
      std::string(source) + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  return std::move(error).about(Subject::Kind::file, text);
}

Error at_json_place(Error error, std::string_view source, std::string_view text, Place begin) {
  // The number of a limit error is the limit, not an offset.
  if (error.code() != ErrorCode::usage || !error.number())
    return std::move(error).about(Subject::Kind::file, source);
  Place place = place_of(text, static_cast<std::size_t>(*error.number()));
  if (place.line == 1) place.column += begin.column - 1;
  place.line += begin.line - 1;
  // The parser's text is kept, but its offset is replaced by a place that a person can find.
  const std::string where = std::string(source) + ":" + std::to_string(place.line) + ":" +
                            std::to_string(place.column) + ": " + std::string(error.text());
  return Error(ErrorCode::usage, "so it is not JSON",
               "correct the document at this line and column; often a comma, a quote or a "
               "bracket is missing just before")
      .about(Subject::Kind::file, where);
}

}  // namespace coffer::tools
