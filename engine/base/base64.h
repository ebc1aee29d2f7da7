// Base64 (RFC 4648) for secrets: no table lookup and no branch depends on the bytes, so that
// neither the cache nor the time reveals them.
#pragma once

#include <coffer/secret_bytes.h>

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace coffer {

/// `standard` (section 4) is padded, `url` (section 5) is not.
enum class Base64 : std::uint8_t { standard, url };

void append_base64(SecretBytes& out, ByteView bytes, Base64 alphabet = Base64::standard);
SecretBytes encode_base64(Base64 alphabet, ByteView bytes);

/// Strict: this alphabet, this padding, no white space, no bits left over; else nullopt.
std::optional<SecretBytes> decode_base64(std::string_view text, Base64 alphabet = Base64::standard);

}  // namespace coffer
