#include "crypto/hash.h"

#include "base/check.h"
#include "crypto/sodium.h"

namespace coffer::crypto {

ShortHash short_hash(ByteView key16, ByteView message) {
  COFFER_CHECK(key16.size() == crypto_shorthash_siphashx24_KEYBYTES);
  ShortHash out;
  crypto_shorthash_siphashx24(out.data(), message.data(), message.size(), key16.data());
  return out;
}

Hash hash(ByteView key, ByteView message) { return hash(key, message, {}); }

Hash hash(ByteView key, ByteView first, ByteView second) {
  ensure_sodium();
  COFFER_CHECK(key.size() <= crypto_generichash_KEYBYTES_MAX);
  crypto_generichash_state state;
  Hash out;
  crypto_generichash_init(&state, key.empty() ? nullptr : key.data(), key.size(), out.size());
  crypto_generichash_update(&state, first.data(), first.size());
  crypto_generichash_update(&state, second.data(), second.size());
  crypto_generichash_final(&state, out.data(), out.size());
  sodium_memzero(&state, sizeof state);
  return out;
}

Key derive(KeyView root, std::uint64_t number, const char (&purpose)[9]) {
  ensure_sodium();
  Key key;
  const int failed = crypto_kdf_derive_from_key(key.mutable_bytes().data(), kKeyBytes, number,
                                                purpose, root.data());
  COFFER_CHECK(failed == 0);
  return key;
}

}  // namespace coffer::crypto
