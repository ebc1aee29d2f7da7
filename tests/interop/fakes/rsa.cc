#include "tests/interop/fakes/rsa.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdexcept>

namespace fakes {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

EVP_PKEY* pkey(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

void use_oaep_sha256(EVP_PKEY_CTX* context) {
  EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING);
  EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256());
  EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256());
}

}  // namespace

RsaKey::RsaKey() {
  EVP_PKEY* made = EVP_RSA_gen(2048);
  if (made == nullptr) throw std::runtime_error("EVP_RSA_gen");
  key_ = std::shared_ptr<void>(made, [](void* key) { EVP_PKEY_free(static_cast<EVP_PKEY*>(key)); });
}

std::string RsaKey::private_pem() const {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, pkey(key_), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

bool RsaKey::verifies(std::string_view message, std::string_view signature) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good =
      EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, pkey(key_)) == 1 &&
      EVP_DigestVerify(context, bytes_of(signature), signature.size(), bytes_of(message),
                       message.size()) == 1;
  EVP_MD_CTX_free(context);
  return good;
}

std::string RsaKey::wrap(std::string_view plaintext) const {
  const Context context(EVP_PKEY_CTX_new(pkey(key_), nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY_encrypt_init(context.get());
  use_oaep_sha256(context.get());
  std::string out(512, '\0');
  std::size_t size = out.size();
  if (EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       bytes_of(plaintext), plaintext.size()) != 1)
    throw std::runtime_error("EVP_PKEY_encrypt");
  out.resize(size);
  return out;
}

std::optional<std::string> RsaKey::unwrap(std::string_view wrapped) const {
  const Context context(EVP_PKEY_CTX_new(pkey(key_), nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY_decrypt_init(context.get());
  use_oaep_sha256(context.get());
  std::string out(512, '\0');
  std::size_t size = out.size();
  if (EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       bytes_of(wrapped), wrapped.size()) != 1)
    return std::nullopt;
  out.resize(size);
  return out;
}

}  // namespace fakes
