// Keyed hashes and key derivation.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/key.h"

namespace coffer::crypto {

/// SipHash-2-4 with 128 bits of output: a PRF under a secret key of 16 bytes. A holder of the key
/// can make collisions, so the full name is always authenticated beside its hash.
using ShortHash = std::array<std::uint8_t, 16>;
ShortHash short_hash(ByteView key16, ByteView message);

/// BLAKE2b-256 (RFC 7693): keyed, or plain if `key` is empty. `key` has at most 64 bytes.
using Hash = std::array<std::uint8_t, 32>;
Hash hash(ByteView key, ByteView message);
Hash hash(ByteView key, ByteView first, ByteView second);

/// A subkey for one purpose (libsodium's crypto_kdf: BLAKE2b with salt and personalisation).
/// `purpose` is at most 8 characters and, with `number`, is part of the format.
Key derive(KeyView root, std::uint64_t number, const char (&purpose)[9]);

}  // namespace coffer::crypto
