#include "crypto/aead.h"

#include <coffer/secret_bytes.h>

#include <cstring>

#include "base/check.h"
#include "crypto/sodium.h"

namespace coffer::crypto {
namespace {

// A single-use key makes a constant nonce safe: (key, nonce) never repeats.
constexpr std::uint8_t kZeroNonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {};
static_assert(sizeof kZeroNonce == crypto_aead_aes256gcm_NPUBBYTES);
static_assert(kNonceBytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kTagBytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);

}  // namespace

void ensure_sodium() {
  static const bool ready = sodium_init() >= 0;
  COFFER_CHECK(ready);
}

Key Key::random() {
  ensure_sodium();
  Key key;
  randombytes_buf(key.bytes_, kKeyBytes);
  return key;
}

void wrap(KeyView key, ByteView context, ByteView plaintext, MutableByteView out) {
  COFFER_CHECK(out.size() == plaintext.size() + kWrapOverhead);
  randombytes_buf(out.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonceBytes, nullptr, plaintext.data(),
                                             plaintext.size(), context.data(), context.size(),
                                             nullptr, out.data(), key.data());
}

void wrap_with_nonce(KeyView key, ByteView nonce, ByteView context, ByteView plaintext,
                     MutableByteView out) {
  COFFER_CHECK(nonce.size() == kNonceBytes && out.size() == plaintext.size() + kWrapOverhead);
  std::memcpy(out.data(), nonce.data(), nonce.size());
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonceBytes, nullptr, plaintext.data(),
                                             plaintext.size(), context.data(), context.size(),
                                             nullptr, out.data(), key.data());
}

bool unwrap(KeyView key, ByteView context, ByteView wrapped, MutableByteView out) {
  if (wrapped.size() < kWrapOverhead || out.size() != wrapped.size() - kWrapOverhead) return false;
  // libsodium checks the tag before it writes any plaintext.
  return crypto_aead_xchacha20poly1305_ietf_decrypt(
             out.data(), nullptr, nullptr, wrapped.data() + kNonceBytes,
             wrapped.size() - kNonceBytes, context.data(), context.size(), wrapped.data(),
             key.data()) == 0;
}

bool is_available(SealAlgorithm algorithm) {
  ensure_sodium();
  return algorithm == SealAlgorithm::chacha20_poly1305 || crypto_aead_aes256gcm_is_available() == 1;
}

void seal(SealAlgorithm algorithm, KeyView single_use_key, ByteView context, ByteView plaintext,
          MutableByteView ciphertext, MutableByteView tag) {
  COFFER_CHECK(ciphertext.size() == plaintext.size() && tag.size() == kTagBytes);
  if (algorithm == SealAlgorithm::chacha20_poly1305) {
    crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        ciphertext.data(), tag.data(), nullptr, plaintext.data(), plaintext.size(), context.data(),
        context.size(), nullptr, kZeroNonce, single_use_key.data());
    return;
  }
  COFFER_CHECK(algorithm == SealAlgorithm::aes_256_gcm && is_available(algorithm));
  crypto_aead_aes256gcm_encrypt_detached(ciphertext.data(), tag.data(), nullptr, plaintext.data(),
                                         plaintext.size(), context.data(), context.size(), nullptr,
                                         kZeroNonce, single_use_key.data());
}

bool open(SealAlgorithm algorithm, KeyView key, ByteView context, ByteView ciphertext, ByteView tag,
          MutableByteView plaintext) {
  if (plaintext.size() != ciphertext.size() || tag.size() != kTagBytes) return false;
  if (algorithm == SealAlgorithm::chacha20_poly1305) {
    return crypto_aead_chacha20poly1305_ietf_decrypt_detached(
               plaintext.data(), nullptr, ciphertext.data(), ciphertext.size(), tag.data(),
               context.data(), context.size(), kZeroNonce, key.data()) == 0;
  }
  if (!is_available(algorithm)) return false;
  return crypto_aead_aes256gcm_decrypt_detached(plaintext.data(), nullptr, ciphertext.data(),
                                                ciphertext.size(), tag.data(), context.data(),
                                                context.size(), kZeroNonce, key.data()) == 0;
}

}  // namespace coffer::crypto
