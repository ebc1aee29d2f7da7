// UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstdint>
#include <string_view>

namespace coffer::utf8 {

/// Length of the well-formed sequence that `text` begins with; 0 where there is none.
std::size_t sequence_bytes(std::string_view text);
bool is_valid(std::string_view text);
/// C0, DEL or C1 in valid UTF-8: characters that a terminal obeys instead of showing.
bool has_control_character(std::string_view text);

}  // namespace coffer::utf8
