#include "text/utf8.h"

#include <cstring>

namespace coffer::utf8 {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x80 * kOnes;

std::uint64_t word_at(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, sizeof word);
  return word;
}

// Eight bytes at a time: names and documents are ASCII nearly everywhere.
bool is_ascii(std::uint64_t word) { return (word & kHighs) == 0; }

// For ASCII only: whether any byte is below 0x20, or is 0x7F.
bool has_control(std::uint64_t word) {
  const std::uint64_t low = (word - 0x20 * kOnes) & ~word & kHighs;
  const std::uint64_t from_delete = word ^ 0x7F * kOnes;
  return (low | ((from_delete - kOnes) & ~from_delete & kHighs)) != 0;
}

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (byte_at(text, at) & 0xC0) == 0x80;
}

}  // namespace

std::size_t sequence_bytes(std::string_view text) {
  if (text.empty()) return 0;
  const std::uint8_t lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !is_continuation(text, 1)) return 0;
  if (lead < 0xE0) return 2;
  const std::uint8_t second = byte_at(text, 1);
  if (!is_continuation(text, 2)) return 0;
  if (lead < 0xF0) {
    if (lead == 0xE0 && second < 0xA0) return 0;   // Overlong.
    if (lead == 0xED && second >= 0xA0) return 0;  // A surrogate.
    return 3;
  }
  if (!is_continuation(text, 3)) return 0;
  if (lead == 0xF0 && second < 0x90) return 0;   // Overlong.
  if (lead == 0xF4 && second >= 0x90) return 0;  // Above U+10FFFF.
  return 4;
}

bool is_valid(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text.size() - at >= 8 && is_ascii(word_at(text, at))) {
      at += 8;
      continue;
    }
    const std::size_t length = sequence_bytes(text.substr(at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

bool has_control_character(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.size() - at >= 8) {
      const std::uint64_t word = word_at(text, at);
      if (is_ascii(word) && !has_control(word)) {
        at += 7;
        continue;
      }
    }
    const std::uint8_t byte = byte_at(text, at);
    if (byte < 0x20 || byte == 0x7F) return true;
    // U+0080 to U+009F are C2 80 to C2 9F, and C2 is never a continuation byte.
    if (byte == 0xC2 && at + 1 < text.size() && byte_at(text, at + 1) < 0xA0) return true;
  }
  return false;
}

}  // namespace coffer::utf8
