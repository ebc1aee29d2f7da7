// Characters that a language does not take as they are.
#pragma once

#include <coffer/secret_bytes.h>

#include <cstdint>
#include <functional>
#include <string_view>

namespace coffer::tools {

/// Appends `\xNN`, two hexadecimal digits.
void append_hex_escape(SecretBytes& out, std::uint8_t byte);
/// Appends `\uNNNN`; characters beyond the first 65,536 as a surrogate pair, as Java,
/// JavaScript and Scala read them.
void append_utf16_escape(SecretBytes& out, char32_t character);

/// Hands over each character of valid UTF-8, with the bytes it stands as.
void each_character(std::string_view text,
                    const std::function<void(char32_t, std::string_view)>& visit);

/// A string literal in double quotes, printable ASCII only: `specials` get a backslash, every
/// other byte outside printable ASCII becomes \xNN.
void append_byte_literal(SecretBytes& out, std::string_view bytes, std::string_view specials);
/// The same by characters: \uNNNN. The text must be UTF-8.
void append_utf16_literal(SecretBytes& out, std::string_view text);

}  // namespace coffer::tools
