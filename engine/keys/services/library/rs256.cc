#include "keys/services/google/rs256.h"

#include "keys/provider_failure.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "keys/key_library.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kSignatureBytesMax = 2048;  // An RSA key of 16384 bits.

struct LibCrypto {
  decltype(&::BIO_new_mem_buf) bio_of = nullptr;
  decltype(&::BIO_free) bio_free = nullptr;
  decltype(&::PEM_read_bio_PrivateKey) read_key = nullptr;
  decltype(&::EVP_PKEY_free) key_free = nullptr;
  decltype(&::EVP_MD_CTX_new) context_new = nullptr;
  decltype(&::EVP_MD_CTX_free) context_free = nullptr;
  decltype(&::EVP_sha256) sha256 = nullptr;
  decltype(&::EVP_DigestSignInit) sign_init = nullptr;
  decltype(&::EVP_DigestSign) sign = nullptr;
};

bool find_all(const SharedLibrary& library, LibCrypto& crypto) {
  return library.find("BIO_new_mem_buf", crypto.bio_of) &&
         library.find("BIO_free", crypto.bio_free) &&
         library.find("PEM_read_bio_PrivateKey", crypto.read_key) &&
         library.find("EVP_PKEY_free", crypto.key_free) &&
         library.find("EVP_MD_CTX_new", crypto.context_new) &&
         library.find("EVP_MD_CTX_free", crypto.context_free) &&
         library.find("EVP_sha256", crypto.sha256) &&
         library.find("EVP_DigestSignInit", crypto.sign_init) &&
         library.find("EVP_DigestSign", crypto.sign);
}

Result<LibCrypto> lib_crypto() {
  const SharedLibrary library = COFFER_TRY(load_key_library("libcrypto.so.3"));
  LibCrypto crypto;
  if (!find_all(library, crypto))
    return provider_failure(ProviderFailure::unavailable,
                            "this libcrypto lacks functions that a key service needs");
  return crypto;
}

// Otherwise OpenSSL would ask on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Error no_such_private_key() {
  return provider_failure(ProviderFailure::denied, "the private key of the account cannot be used");
}

}  // namespace

Result<Bytes> sign_rs256(const SecretBytes& private_key_pem, std::string_view message) {
  const LibCrypto crypto = COFFER_TRY(lib_crypto());
  BIO* const bio = crypto.bio_of(private_key_pem.data(), static_cast<int>(private_key_pem.size()));
  EVP_PKEY* const key =
      bio == nullptr ? nullptr : crypto.read_key(bio, nullptr, no_passphrase, nullptr);
  crypto.bio_free(bio);
  if (key == nullptr) return no_such_private_key();
  EVP_MD_CTX* const context = crypto.context_new();
  Bytes signature(kSignatureBytesMax);
  std::size_t size = signature.size();
  const bool is_signed =
      context != nullptr &&
      crypto.sign_init(context, nullptr, crypto.sha256(), nullptr, key) == 1 &&
      crypto.sign(context, signature.data(), &size,
                  reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
  crypto.context_free(context);
  crypto.key_free(key);
  if (!is_signed) return no_such_private_key();
  signature.resize(size);
  return signature;
}

}  // namespace coffer::keys
