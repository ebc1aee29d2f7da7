// Where in a text something stands, told as editors count.
#pragma once

#include <coffer/result.h>

#include <string_view>
#include <utility>

namespace coffer::tools {

/// Both from 1. A column is a character, not a byte.
struct Place {
  std::size_t line = 1;
  std::size_t column = 1;
  bool operator==(const Place&) const = default;
};
Place place_of(std::string_view text, std::size_t offset);

/// The error, about SOURCE:LINE:COLUMN.
Error at_place(Error error, std::string_view source, Place place);

/// What a parse of JSON text failed with, about SOURCE:LINE:COLUMN: and what is wrong there.
/// `begin`: where the text stands in the source.
Error at_json_place(Error error, std::string_view source, std::string_view text, Place begin = {});

}  // namespace coffer::tools
