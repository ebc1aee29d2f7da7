// AES-GCM with the context as associated data where the key is a secret one; RSA-OAEP, which
// binds nothing, where it is a pair. A blob says which in its first byte.
#include "keys/pkcs11/pkcs11_provider.h"

#include <algorithm>
#include <optional>

#include "crypto/random.h"
#include "keys/bounded_call.h"
#include "keys/pkcs11/library/pkcs11_session.h"
#include "keys/pkcs11/pkcs11_uri.h"
#include "keys/secret_source.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kIvBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kResultBytesMax = 2048;  // RSA keys have up to 16,384 bits.

enum class Sealing : std::uint8_t { aes_gcm = 1, oaep_sha256 = 2, oaep_sha1 = 3 };

// A mechanism with its parameters, which point into this object.
class Mechanism {
 public:
  Mechanism(Sealing sealing, ByteView iv, ByteView context)
      : iv_(iv.begin(), iv.end()), context_(context.begin(), context.end()) {
    if (sealing == Sealing::aes_gcm) {
      gcm_ = {iv_.data(),      iv_.size(),      iv_.size() * 8,
              context_.data(), context_.size(), kTagBytes * 8};
      mechanism_ = {CKM_AES_GCM, &gcm_, sizeof gcm_};
      return;
    }
    const bool is_sha1 = sealing == Sealing::oaep_sha1;
    oaep_.hash_alg = is_sha1 ? CKM_SHA_1 : CKM_SHA256;
    oaep_.mgf = is_sha1 ? CKG_MGF1_SHA1 : CKG_MGF1_SHA256;
    oaep_.source = CKZ_DATA_SPECIFIED;
    mechanism_ = {CKM_RSA_PKCS_OAEP, &oaep_, sizeof oaep_};
  }
  Mechanism(const Mechanism&) = delete;
  Mechanism& operator=(const Mechanism&) = delete;
  CK_MECHANISM* get() { return &mechanism_; }

 private:
  Bytes iv_;
  Bytes context_;
  CK_GCM_PARAMS gcm_{};
  CK_RSA_PKCS_OAEP_PARAMS oaep_{};
  CK_MECHANISM mechanism_{};
};

Error no_such_key(const Pkcs11Session& token) {
  if (token.hides_private_keys())
    return provider_failure(ProviderFailure::not_found, "the token shows no such key without a PIN")
        .with_hint(
            "add pin-source=file:/PATH to the key's URI; the key itself is made by the "
            "token's own tools, such as pkcs11-tool --keygen");
  return provider_failure(ProviderFailure::not_found, "the token has no such key")
      .with_hint(
          "see object= or id= in the key's URI; the key itself is made by the token's own "
          "tools, such as pkcs11-tool --keygen");
}

Error senseless() {
  return provider_failure(ProviderFailure::in_doubt, "the token's answer makes no sense");
}

Result<Bytes> encrypt(Pkcs11Session& token, CK_OBJECT_HANDLE key, Sealing sealing,
                      const SecretBytes& payload, ByteView context) {
  Bytes iv(sealing == Sealing::aes_gcm ? kIvBytes : 0);
  if (!iv.empty()) crypto::system_random().fill(iv);
  Mechanism mechanism(sealing, iv, context);
  CK_FUNCTION_LIST& functions = token.functions();
  CK_RV code = functions.C_EncryptInit(token.handle(), mechanism.get(), key);
  Bytes sealed(kResultBytesMax);
  CK_ULONG size = sealed.size();
  if (code == CKR_OK)
    code = functions.C_Encrypt(token.handle(), const_cast<CK_BYTE*>(payload.data()), payload.size(),
                               sealed.data(), &size);
  if (code != CKR_OK) return pkcs11_failure(code, "the token does not encrypt");
  if (size > sealed.size()) return senseless();
  Bytes blob = {static_cast<std::uint8_t>(sealing)};
  blob.insert(blob.end(), iv.begin(), iv.end());
  blob.insert(blob.end(), sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(size));
  return blob;
}

// SHA-1 where a token knows no other hash for it: OAEP needs none that resists collisions.
Result<Bytes> encrypt_by_pair(Pkcs11Session& token, CK_OBJECT_HANDLE key,
                              const SecretBytes& payload) {
  auto sealed = encrypt(token, key, Sealing::oaep_sha256, payload, {});
  if (sealed) return sealed;
  const std::uint64_t code = sealed.error().number().value_or(0);
  if (code != CKR_ARGUMENTS_BAD && code != CKR_MECHANISM_PARAM_INVALID) return sealed;
  return encrypt(token, key, Sealing::oaep_sha1, payload, {});
}

Result<WrappedByProvider> wrap_by_token(const Pkcs11Uri& uri, const SecretBytes& payload,
                                        ByteView context) {
  const auto token = COFFER_TRY(Pkcs11Session::open(uri));
  WrappedByProvider wrapped;
  CK_OBJECT_HANDLE key = 0;
  if (uri.may_be_secret_key) key = COFFER_TRY(token->find(CKO_SECRET_KEY));
  if (key != 0) {
    wrapped.blob = COFFER_TRY(encrypt(*token, key, Sealing::aes_gcm, payload, context));
  } else {
    if (uri.may_be_key_pair) key = COFFER_TRY(token->find(CKO_PUBLIC_KEY));
    if (key == 0) return no_such_key(*token);
    wrapped.blob = COFFER_TRY(encrypt_by_pair(*token, key, payload));
  }
  wrapped.key_id = COFFER_TRY(token->key_id(key));
  return wrapped;
}

Error does_not_open(CK_RV code) {
  // SoftHSM 2.6 answers CKR_GENERAL_ERROR where it means that the tag is wrong.
  if (code == CKR_GENERAL_ERROR)
    return provider_failure(ProviderFailure::authentication_failed,
                            "the token's key does not open this slot")
        .with_number(code);
  return pkcs11_failure(code, "the token does not decrypt");
}

Result<SecretBytes> unwrap_by_token(const Pkcs11Uri& uri, ByteView blob, ByteView context) {
  const auto altered = [] {
    return provider_failure(ProviderFailure::authentication_failed, "the slot's blob was altered");
  };
  if (blob.empty() || blob[0] < static_cast<int>(Sealing::aes_gcm) ||
      blob[0] > static_cast<int>(Sealing::oaep_sha1))
    return altered();
  const auto sealing = static_cast<Sealing>(blob[0]);
  const bool is_secret_key = sealing == Sealing::aes_gcm;
  const std::size_t iv_bytes = is_secret_key ? kIvBytes : 0;
  blob = blob.subspan(1);
  if (blob.size() <= iv_bytes + (is_secret_key ? kTagBytes : 0)) return altered();
  const auto token = COFFER_TRY(Pkcs11Session::open(uri));
  const CK_OBJECT_HANDLE key =
      COFFER_TRY(token->find(is_secret_key ? CKO_SECRET_KEY : CKO_PRIVATE_KEY));
  if (key == 0) return no_such_key(*token);
  Mechanism mechanism(sealing, blob.first(iv_bytes), context);
  CK_FUNCTION_LIST& functions = token->functions();
  if (const CK_RV code = functions.C_DecryptInit(token->handle(), mechanism.get(), key))
    return pkcs11_failure(code, "the token does not decrypt");
  Bytes sealed(blob.begin() + static_cast<std::ptrdiff_t>(iv_bytes), blob.end());
  SecretBytes payload(kResultBytesMax);
  CK_ULONG size = payload.size();
  const CK_RV code =
      functions.C_Decrypt(token->handle(), sealed.data(), sealed.size(), payload.data(), &size);
  if (code != CKR_OK) return does_not_open(code);
  if (size > payload.size()) return senseless();
  payload.resize(size);
  return payload;
}

class Pkcs11Provider : public Provider {
 public:
  explicit Pkcs11Provider(Pkcs11Uri uri) : uri_(std::move(uri)) {}
  Result<WrappedByProvider> wrap(const SecretBytes& payload, ByteView context) override {
    auto kept = std::make_shared<SecretBytes>(payload.clone());
    return ask<WrappedByProvider>(
        [uri = uri_, kept, bound = Bytes(context.begin(), context.end())] {
          return wrap_by_token(uri, *kept, bound);
        });
  }
  Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView context) override {
    return ask<SecretBytes>(
        [uri = uri_, blob = wrapped.blob, bound = Bytes(context.begin(), context.end())] {
          return unwrap_by_token(uri, blob, bound);
        });
  }
  Result<std::string> status() override {
    return ask<std::string>([uri = uri_]() -> Result<std::string> {
      const auto token = COFFER_TRY(Pkcs11Session::open(uri));
      CK_OBJECT_HANDLE key = 0;
      if (uri.may_be_secret_key) key = COFFER_TRY(token->find(CKO_SECRET_KEY));
      if (key == 0 && uri.may_be_key_pair) key = COFFER_TRY(token->find(CKO_PUBLIC_KEY));
      if (key == 0) return no_such_key(*token);
      return token->key_id(key);
    });
  }

 private:
  // A wrong PIN is not sent again for the next slot: a few wrong PINs lock the token.
  template <typename T>
  Result<T> ask(std::function<Result<T>()> question) {
    if (refused_) return *refused_;
    Result<T> answer = within<T>(uri_.patience_ms, std::move(question));
    if (!answer && is_about_pin(answer.error())) refused_ = answer.error();
    return answer;
  }
  static bool is_about_pin(const Error& error) {
    const std::uint64_t code = error.number().value_or(CKR_OK);
    return code >= CKR_PIN_INCORRECT && code <= CKR_PIN_LOCKED;
  }

  Pkcs11Uri uri_;
  std::optional<Error> refused_;
};

}  // namespace

const bool kHasPkcs11 = true;

Result<std::unique_ptr<Provider>> connect_pkcs11(const KeySource& source) {
  Pkcs11Uri uri = COFFER_TRY(parse_pkcs11_uri(source.uri()));
  SecretFile pin = COFFER_TRY(locate_secret(uri.pin_file, source.environment()));
  uri.pin_file = std::move(pin.path);
  uri.pin_open_to = pin.open_to;
  return std::unique_ptr<Provider>(std::make_unique<Pkcs11Provider>(std::move(uri)));
}

}  // namespace coffer::keys
