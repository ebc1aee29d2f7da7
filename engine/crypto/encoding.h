// Keys as text, encoded and decoded in constant time by libsodium.
#pragma once

#include <coffer/secret_bytes.h>

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace coffer::crypto {

/// 32 bytes raw, or 64 hex digits, or base64 (both alphabets, padding optional), the texts
/// with white space at their end. False: none of these.
bool decode_key_text(ByteView content, MutableByteView key);

/// RFC 4648: `standard` (section 4) is padded, `url` (section 5) is not.
enum class Base64 : std::uint8_t { standard, url };
SecretBytes encode_base64(Base64 alphabet, ByteView bytes);
/// Strict: this alphabet, this padding, no white space, no bits left over. nullopt: not that.
std::optional<SecretBytes> decode_base64(Base64 alphabet, std::string_view text);

}  // namespace coffer::crypto
