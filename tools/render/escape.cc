#include "tools/render/escape.h"

#include "text/ascii.h"
#include "text/utf8.h"

namespace coffer::tools {
namespace {

bool is_plain(unsigned char c) { return c >= ' ' && c <= '~'; }

char32_t decode(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence.front());
  if (sequence.size() == 1) return first;
  char32_t character = first & (0x7FU >> sequence.size());
  for (const char c : sequence.substr(1))
    character = character << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return character;
}

void append_unit(SecretBytes& out, std::uint32_t unit) {
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4)
    out.push_back(static_cast<std::uint8_t>(ascii::kLowerHex[unit >> shift & 15]));
}

}  // namespace

void append_hex_escape(SecretBytes& out, std::uint8_t byte) {
  out.append("\\x");
  out.push_back(static_cast<std::uint8_t>(ascii::kLowerHex[byte >> 4]));
  out.push_back(static_cast<std::uint8_t>(ascii::kLowerHex[byte & 15]));
}

void append_utf16_escape(SecretBytes& out, char32_t character) {
  if (character < 0x10000) return append_unit(out, character);
  const std::uint32_t rest = character - 0x10000;
  append_unit(out, 0xD800 + (rest >> 10));
  append_unit(out, 0xDC00 + (rest & 0x3FF));
}

void each_character(std::string_view text,
                    const std::function<void(char32_t, std::string_view)>& visit) {
  while (!text.empty()) {
    const std::size_t size = utf8::sequence_bytes(text);
    visit(decode(text.substr(0, size)), text.substr(0, size));
    text.remove_prefix(size);
  }
}

void append_byte_literal(SecretBytes& out, std::string_view bytes, std::string_view specials) {
  out.push_back('"');
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!is_plain(byte)) {
      append_hex_escape(out, byte);
      continue;
    }
    if (specials.find(c) != std::string_view::npos) out.push_back('\\');
    out.push_back(byte);
  }
  out.push_back('"');
}

void append_utf16_literal(SecretBytes& out, std::string_view text) {
  out.push_back('"');
  each_character(text, [&out](char32_t character, std::string_view bytes) {
    if (character == '"' || character == '\\') {
      out.push_back('\\');
      out.append(bytes);
    } else if (character == '\n') {
      out.append("\\n");  // Older Scala turns \u000a into a line end before it parses the literal.
    } else if (character == '\r') {
      out.append("\\r");
    } else if (character < 0x80 && is_plain(static_cast<unsigned char>(character))) {
      out.append(bytes);
    } else {
      append_utf16_escape(out, character);
    }
  });
  out.push_back('"');
}

}  // namespace coffer::tools
