// Keys as text, decoded in constant time by libsodium.
#pragma once

#include "base/bytes.h"

namespace coffer::crypto {

/// Accepts 32 raw bytes, 64 hex digits, or base64 (both alphabets, padding optional); white space
/// may follow the digits. `key` has kKeyBytes. False, with `key` wiped, for any other content.
bool decode_key_text(ByteView content, MutableByteView key);

}  // namespace coffer::crypto
