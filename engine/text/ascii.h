// ASCII characters and plain words: what a locale must not change. A byte above 0x7F is neither
// letter nor digit.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::ascii {

inline constexpr std::string_view kLowerHex = "0123456789abcdef";
inline constexpr std::string_view kUpperHex = "0123456789ABCDEF";

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) { return is_lower(c) || is_upper(c); }
constexpr bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
constexpr bool is_lower_or_digit(char c) { return is_lower(c) || is_digit(c); }
/// 0x00 to 0x1F, and 0x7F.
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// The value of a hexadecimal digit of either case; -1 for any other character.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

/// A copy in lower case. Not for secrets: a std::string is not wiped.
inline std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

/// Whether the characters are equal when their case is ignored.
constexpr bool is_same_letter(char a, char b) { return lower(a) == lower(b); }

inline bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same_letter);
}

/// Whether `text` is one or more decimal digits.
constexpr bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// The decimal number that is all of `text`; nullopt if it is none, or beyond what `Number` holds.
template <std::integral Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || stop != end) return std::nullopt;
  return number;
}

/// Whether `text` has only letters, digits and characters of `more`; an empty text has.
constexpr bool holds_only(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [more](char c) {
    return is_alphanumeric(c) || more.find(c) != std::string_view::npos;
  });
}

/// `text` without the characters of `blanks` at its two ends.
constexpr std::string_view trimmed(std::string_view text, std::string_view blanks = " \t") {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

/// The texts in their order, `separator` between any two. `text_of` makes a text of each.
template <typename Texts, typename TextOf>
std::string joined(const Texts& texts, std::string_view separator, TextOf text_of) {
  std::string out;
  bool is_first = true;
  for (const auto& each : texts) {
    if (!is_first) out += separator;
    is_first = false;
    out += text_of(each);
  }
  return out;
}
template <typename Texts>
std::string joined(const Texts& texts, std::string_view separator = ", ") {
  return joined(texts, separator, [](const auto& text) -> std::string_view { return text; });
}

}  // namespace coffer::ascii
