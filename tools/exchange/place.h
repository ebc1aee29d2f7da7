// Places in a text, counted as editors count them.
#pragma once

#include <coffer/result.h>

#include <string_view>
#include <utility>

namespace coffer::tools {

/// Both begin at 1. A column counts characters, not bytes.
struct Place {
  std::size_t line = 1;
  std::size_t column = 1;
  bool operator==(const Place&) const = default;
};
Place place_of(std::string_view text, std::size_t offset);

/// Returns the error, about SOURCE:LINE:COLUMN.
Error at_place(Error error, std::string_view source, Place place);

/// Returns the error of a JSON parse with its cause, about SOURCE:LINE:COLUMN. `begin` is the
/// text's place in the source.
Error at_json_place(Error error, std::string_view source, std::string_view text, Place begin = {});

}  // namespace coffer::tools
