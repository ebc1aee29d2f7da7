// UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstdint>
#include <string_view>

namespace coffer::utf8 {

/// Length of the well-formed sequence that `text` begins with; 0 if it begins with none.
std::size_t sequence_bytes(std::string_view text);
bool is_valid(std::string_view text);
/// Whether `text` has a character of C0 or C1, or DEL: a terminal obeys those instead of showing
/// them. `text` must be valid UTF-8.
bool has_control_character(std::string_view text);

}  // namespace coffer::utf8
