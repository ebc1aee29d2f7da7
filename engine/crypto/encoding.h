// Keys as text, decoded in constant time by libsodium.
#pragma once

#include "base/bytes.h"

namespace coffer::crypto {

/// 32 bytes raw, or 64 hex digits, or base64 (both alphabets, padding optional), the texts
/// with white space at their end. False: none of these.
bool decode_key_text(ByteView content, MutableByteView key);

}  // namespace coffer::crypto
