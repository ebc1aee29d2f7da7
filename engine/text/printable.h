// Which names an error may carry to a terminal.
#pragma once

#include <coffer/error.h>

#include <string_view>
#include <utility>

#include "text/utf8.h"

namespace coffer::text {

/// Far longer than any name that is accepted; what is longer still is not copied into errors.
inline constexpr std::size_t kShownBytesMax = 4096;

/// Adds the subject where it is text that a terminal shows rather than obeys.
inline Error about_if_printable(Error error, Subject::Kind kind, std::string_view name) {
  if (name.size() > kShownBytesMax || !utf8::is_valid(name) || utf8::has_control_character(name)) {
    return error;
  }
  return std::move(error).about(kind, name);
}

}  // namespace coffer::text
