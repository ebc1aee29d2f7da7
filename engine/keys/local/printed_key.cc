#include "keys/local/printed_key.h"

#include <algorithm>

#include "crypto/hash.h"
#include "text/ascii.h"

namespace coffer::keys {
namespace {

// Crockford's base 32.
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kGroup = 4;

std::size_t digits_for(std::size_t bytes) {
  const std::size_t digits = (bytes * 8 + 4) / 5;
  return (digits + kGroup - 1) / kGroup * kGroup;
}

int value_of(char c) {
  c = ascii::upper(c);
  if (c == 'I' || c == 'L') c = '1';
  if (c == 'O') c = '0';
  const std::size_t at = kAlphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

Error mistyped(PrintedKind kind) {
  if (kind == PrintedKind::share)
    return {ErrorCode::wrong_key, "this is not a share, or it contains a mistake",
            "type it again as it was printed, group by group"};
  return {ErrorCode::wrong_key, "this is not a recovery key, or it contains a mistake",
          "type it again as it was printed, group by group"};
}

crypto::Hash checksum(const SecretBytes& bytes) { return crypto::hash({}, bytes.bytes()); }

}  // namespace

SecretBytes print_key(PrintedKind kind, ByteView body) {
  SecretBytes bytes;
  bytes.push_back(static_cast<std::uint8_t>(kind));
  bytes.append(body);
  bytes.append(ByteView(checksum(bytes)).first(kChecksumBytes));
  const std::size_t digits = digits_for(bytes.size());
  bytes.resize((digits * 5 + 7) / 8);  // Zeros fill the last group.
  SecretBytes text;
  for (std::size_t digit = 0; digit < digits; ++digit) {
    if (digit > 0 && digit % kGroup == 0) text.push_back('-');
    unsigned value = 0;
    for (std::size_t bit = digit * 5; bit < digit * 5 + 5; ++bit)
      value = value << 1 | (bytes.data()[bit / 8] >> (7 - bit % 8) & 1U);
    text.push_back(static_cast<std::uint8_t>(kAlphabet[value]));
  }
  return text;
}

Result<SecretBytes> read_printed_key(PrintedKind kind, std::size_t body_bytes,
                                     std::string_view text) {
  const std::size_t whole_bytes = 1 + body_bytes + kChecksumBytes;
  const std::size_t digits = digits_for(whole_bytes);
  SecretBytes bytes((digits * 5 + 7) / 8);
  std::size_t bit = 0;
  for (const char c : text) {
    if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    const int value = value_of(c);
    if (value < 0 || bit == digits * 5) return mistyped(kind);
    for (int shift = 4; shift >= 0; --shift, ++bit)
      bytes.data()[bit / 8] = static_cast<std::uint8_t>(
          bytes.data()[bit / 8] | (static_cast<unsigned>(value) >> shift & 1U) << (7 - bit % 8));
  }
  const auto rest = bytes.bytes().subspan(whole_bytes);
  if (bit != digits * 5 ||
      std::any_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte != 0; }))
    return mistyped(kind);
  const SecretBytes covered = SecretBytes::copy_of(bytes.bytes().first(1 + body_bytes));
  if (!equal_in_constant_time(ByteView(checksum(covered)).first(kChecksumBytes),
                              bytes.bytes().subspan(1 + body_bytes, kChecksumBytes)) ||
      covered.data()[0] != static_cast<std::uint8_t>(kind))
    return mistyped(kind);
  return SecretBytes::copy_of(covered.bytes().subspan(1));
}

}  // namespace coffer::keys
