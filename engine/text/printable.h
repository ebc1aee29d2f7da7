// Which names an error may show on a terminal.
#pragma once

#include <coffer/error.h>

#include <string_view>
#include <utility>

#include "text/utf8.h"

namespace coffer::text {

/// Far longer than any name that is accepted. A longer text is not copied into errors.
inline constexpr std::size_t kShownBytesMax = 4096;

/// Adds `name` as the error's subject if a terminal shows it rather than obeys it: valid UTF-8
/// without control characters, at most kShownBytesMax long. Otherwise the error stays as it is.
inline Error about_if_printable(Error error, Subject::Kind kind, std::string_view name) {
  if (name.size() > kShownBytesMax || !utf8::is_valid(name) || utf8::has_control_character(name))
    return error;
  return std::move(error).about(kind, name);
}

}  // namespace coffer::text
