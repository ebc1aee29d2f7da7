// Keyed hashes and key derivation.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/key.h"

namespace coffer::crypto {

/// SipHash-2-4 with 128 bits out: a PRF under a secret key, not collision resistant to
/// whoever holds the key; so what it names is always bound in full as well.
using ShortHash = std::array<std::uint8_t, 16>;
ShortHash short_hash(ByteView key16, ByteView message);

/// BLAKE2b-256 (RFC 7693), keyed or, with an empty key, plain.
using Hash = std::array<std::uint8_t, 32>;
Hash hash(ByteView key, ByteView message);
Hash hash(ByteView key, ByteView first, ByteView second);

/// A subkey for one purpose (libsodium's crypto_kdf: BLAKE2b with salt and personalisation).
/// `purpose` is at most 8 characters and, with `number`, is part of the format.
Key derive(KeyView root, std::uint64_t number, const char (&purpose)[9]);

}  // namespace coffer::crypto
