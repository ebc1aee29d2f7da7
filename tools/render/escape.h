// Escapes characters that a language does not accept in a literal.
#pragma once

#include <coffer/secret_bytes.h>

#include <cstdint>
#include <functional>
#include <string_view>

namespace coffer::tools {

/// Appends `\xNN`, two hexadecimal digits.
void append_hex_escape(SecretBytes& out, std::uint8_t byte);
/// Appends `\uNNNN`. Characters above U+FFFF become a surrogate pair, as Java, JavaScript and Scala
/// expect.
void append_utf16_escape(SecretBytes& out, char32_t character);

/// Calls `visit` with each character of valid UTF-8 and its bytes.
void each_character(std::string_view text,
                    const std::function<void(char32_t, std::string_view)>& visit);

/// Appends a string literal in double quotes, in printable ASCII only: a character of `specials`
/// gets a backslash, any other byte becomes \xNN.
void append_byte_literal(SecretBytes& out, std::string_view bytes, std::string_view specials);
/// The same for characters, as \uNNNN. The text must be UTF-8.
void append_utf16_literal(SecretBytes& out, std::string_view text);

}  // namespace coffer::tools
