// Percent-encoding (RFC 3986, section 2.1): a byte as %XX.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/ascii.h"

namespace coffer::percent {

/// What RFC 3986 reserves for nothing, besides letters and digits.
inline constexpr std::string_view kUnreserved = "-._~";

/// Appends %XX. `Out` is a std::string, or SecretBytes where the text may be secret.
template <typename Out>
void append_escape(Out& out, char c, std::string_view digits = ascii::kUpperHex) {
  const auto byte = static_cast<std::uint8_t>(c);
  const char escape[] = {'%', digits[byte >> 4], digits[byte & 15]};
  out.append(std::string_view(escape, sizeof escape));
}

/// Appends `text`; each character that `is_kept` does not keep becomes %XX.
template <typename Out, typename IsKept>
void append_encoded_unless(Out& out, std::string_view text, IsKept is_kept) {
  for (const char c : text) {
    if (is_kept(c)) {
      out.append(std::string_view(&c, 1));
    } else {
      append_escape(out, c);
    }
  }
}

/// Appends `text`; all but letters, digits and the characters of `kept` become %XX.
template <typename Out>
void append_encoded(Out& out, std::string_view text, std::string_view kept = kUnreserved) {
  append_encoded_unless(out, text, [kept](char c) {
    return ascii::is_alphanumeric(c) || kept.find(c) != std::string_view::npos;
  });
}

inline std::string encoded(std::string_view text, std::string_view kept = kUnreserved) {
  std::string out;
  append_encoded(out, text, kept);
  return out;
}

/// The byte that the %XX at `at` stands for; nullopt if no %XX is there.
inline std::optional<char> byte_at(std::string_view text, std::size_t at) {
  if (at >= text.size() || text.size() - at < 3 || text[at] != '%') return std::nullopt;
  const int high = ascii::hex_value(text[at + 1]);
  const int low = ascii::hex_value(text[at + 2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high << 4 | low);
}

/// What to do with a % that two hexadecimal digits do not follow.
enum class Stray : std::uint8_t { refuse, keep };

/// `text` with each %XX replaced by its byte, which may be any, 0 too. nullopt: a stray % is
/// there, and `stray` refuses it.
inline std::optional<std::string> decoded(std::string_view text, Stray stray = Stray::refuse) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::optional<char> byte = byte_at(text, at);
    if (!byte && text[at] == '%' && stray == Stray::refuse) return std::nullopt;
    out += byte.value_or(text[at]);
    if (byte) at += 2;
  }
  return out;
}

}  // namespace coffer::percent
