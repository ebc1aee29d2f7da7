// Authenticated encryption: two uses, two shapes.
//
// wrap/unwrap: keys and small records under a long-lived key. XChaCha20-Poly1305 with a
// random 192-bit nonce: there is no counter that a restored backup could repeat.
// seal/open: one value under its single-use DEK. The DEK never seals twice, so the nonce
// is all zeros and is not stored. ChaCha20-Poly1305 (RFC 8439), or AES-256-GCM (SP
// 800-38D) if the store chose it.
// No unverified plaintext leaves: after a failure the output is wiped. All are thread-safe.
#pragma once

#include "base/bytes.h"
#include "crypto/key.h"

namespace coffer::crypto {

inline constexpr std::size_t kNonceBytes = 24;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kWrapOverhead = kNonceBytes + kTagBytes;

/// `out` has plaintext.size() + kWrapOverhead bytes: nonce, ciphertext, tag.
void wrap(KeyView key, ByteView context, ByteView plaintext, MutableByteView out);
/// wrap() with the caller's nonce of kNonceBytes. The nonce must be a keyed hash of the plaintext
/// and of its place, so that it repeats only if the same bytes are wrapped at the same place.
void wrap_with_nonce(KeyView key, ByteView nonce, ByteView context, ByteView plaintext,
                     MutableByteView out);
/// `out` has wrapped.size() - kWrapOverhead bytes. False if the key,
/// the context or the bytes are wrong.
[[nodiscard]] bool unwrap(KeyView key, ByteView context, ByteView wrapped, MutableByteView out);

enum class SealAlgorithm : std::uint8_t { chacha20_poly1305 = 1, aes_256_gcm = 2 };
/// False for AES-256-GCM on a machine without AES instructions.
bool is_available(SealAlgorithm algorithm);

/// `ciphertext` has plaintext.size() bytes, `tag` has kTagBytes. The key must be unused so far.
void seal(SealAlgorithm algorithm, KeyView single_use_key, ByteView context, ByteView plaintext,
          MutableByteView ciphertext, MutableByteView tag);
/// `plaintext` has ciphertext.size() bytes. False if the key, the context or the bytes are wrong.
[[nodiscard]] bool open(SealAlgorithm algorithm, KeyView key, ByteView context, ByteView ciphertext,
                        ByteView tag, MutableByteView plaintext);

}  // namespace coffer::crypto
