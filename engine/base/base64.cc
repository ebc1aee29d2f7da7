#include "base/base64.h"

#include <algorithm>

namespace coffer {
namespace {

// All ones if the relation holds, else zero. The values must be below 2^31.
std::uint32_t is_below(std::uint32_t a, std::uint32_t b) { return 0U - ((a - b) >> 31); }
std::uint32_t is_equal(std::uint32_t a, std::uint32_t b) {
  return ~is_below(a, b) & ~is_below(b, a);
}
// All ones if first <= value <= last, else zero.
std::uint32_t is_in(std::uint32_t value, std::uint32_t first, std::uint32_t last) {
  return ~is_below(value, first) & ~is_below(last, value);
}

struct Last {
  char at_62;
  char at_63;
};
Last last_digits(Base64 alphabet) {
  return alphabet == Base64::standard ? Last{'+', '/'} : Last{'-', '_'};
}

std::uint8_t digit_of(std::uint32_t value, const Last& last) {
  const auto at_62 = static_cast<std::uint32_t>(last.at_62);
  const auto at_63 = static_cast<std::uint32_t>(last.at_63);
  return static_cast<std::uint8_t>((is_below(value, 26) & (value + 'A')) |
                                   (is_in(value, 26, 51) & (value - 26 + 'a')) |
                                   (is_in(value, 52, 61) & (value - 52 + '0')) |
                                   (is_equal(value, 62) & at_62) | (is_equal(value, 63) & at_63));
}

// The value of a digit; 64 if the character is no digit of the alphabet.
std::uint32_t value_of(char digit, const Last& last) {
  const std::uint32_t c = static_cast<std::uint8_t>(digit);
  const std::uint32_t upper = is_in(c, 'A', 'Z');
  const std::uint32_t lower = is_in(c, 'a', 'z');
  const std::uint32_t number = is_in(c, '0', '9');
  const std::uint32_t at_62 = is_equal(c, static_cast<std::uint8_t>(last.at_62));
  const std::uint32_t at_63 = is_equal(c, static_cast<std::uint8_t>(last.at_63));
  return (upper & (c - 'A')) | (lower & (c - 'a' + 26)) | (number & (c - '0' + 52)) | (at_62 & 62) |
         (at_63 & 63) | (~(upper | lower | number | at_62 | at_63) & 64);
}

}  // namespace

void append_base64(SecretBytes& out, ByteView bytes, Base64 alphabet) {
  const Last last = last_digits(alphabet);
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < count ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      if (k <= count) {
        out.push_back(digit_of(group >> (18 - 6 * k) & 63, last));
      } else if (alphabet == Base64::standard) {
        out.push_back('=');
      }
    }
  }
}

SecretBytes encode_base64(Base64 alphabet, ByteView bytes) {
  SecretBytes out;
  append_base64(out, bytes, alphabet);
  return out;
}

std::optional<SecretBytes> decode_base64(std::string_view text, Base64 alphabet) {
  const Last last = last_digits(alphabet);
  if (alphabet == Base64::standard) {
    if (text.size() % 4 != 0) return std::nullopt;
    if (text.ends_with('=')) text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  SecretBytes bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t wrong = 0;  // Checked at the end, so that the time reveals no position.
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t count = std::min<std::size_t>(4, text.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint32_t value = k < count ? value_of(text[i + k], last) : 0;
      wrong |= value & 64;
      group = group << 6 | (value & 63);
    }
    wrong |= group & ((1U << (8 * (4 - count))) - 1);
    for (std::size_t k = 0; k + 1 < count; ++k)
      bytes.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * k)));
  }
  if (wrong != 0) return std::nullopt;
  return bytes;
}

}  // namespace coffer
