#include "keys/tpm2/tpm2_provider.h"

#include <cstring>

#include "base/digits.h"
#include "keys/bounded_call.h"
#include "keys/secret_source.h"
#include "keys/tpm2/library/tpm2_session.h"
#include "keys/tpm2/tpm2_uri.h"

namespace coffer::keys {
namespace {

constexpr std::uint8_t kBlobVersion = 1;
constexpr std::size_t kNameBytesShown = 8;

Error altered_blob() {
  return provider_failure(ProviderFailure::authentication_failed, "the sealed key was altered");
}

TPM2B_PUBLIC sealed_template(const TPM2B_DIGEST* policy) {
  TPM2B_PUBLIC object{};
  TPMT_PUBLIC& area = object.publicArea;
  area.type = TPM2_ALG_KEYEDHASH;
  area.nameAlg = TPM2_ALG_SHA256;
  // noDA: a wrong auth value, which no person types, must not lock the TPM for others.
  area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_NODA;
  if (policy != nullptr) {
    area.authPolicy = *policy;
  } else {
    area.objectAttributes |= TPMA_OBJECT_USERWITHAUTH;
  }
  area.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
  return object;
}

Result<Bytes> marshal(const Tpm2Library& library, const TPM2B_PUBLIC& object,
                      const TPM2B_PRIVATE& sealed) {
  Bytes blob(1 + sizeof object + sizeof sealed);
  blob[0] = kBlobVersion;
  std::size_t offset = 1;
  if (library.Tss2_MU_TPM2B_PUBLIC_Marshal(&object, blob.data(), blob.size(), &offset) != 0 ||
      library.Tss2_MU_TPM2B_PRIVATE_Marshal(&sealed, blob.data(), blob.size(), &offset) != 0)
    return provider_failure(ProviderFailure::in_doubt, "the TPM's answer makes no sense");
  blob.resize(offset);
  return blob;
}

Result<std::string> name_of_root(Tpm2Session& tpm) {
  const ESYS_TR root = COFFER_TRY(tpm.root_key());
  TPM2B_NAME* name = nullptr;
  if (const TSS2_RC code = tpm.library().Esys_TR_GetName(tpm.esys(), root, &name))
    return tpm2_failure(code, "the TPM does not name its key");
  const ByteView bytes(name->name, name->size);
  std::string text = hex(bytes.last(std::min<std::size_t>(kNameBytesShown, bytes.size())));
  tpm.library().Esys_Free(name);
  return text;
}

Result<WrappedByProvider> seal(const Tpm2Uri& uri, const SecretFile& auth_file,
                               const SecretBytes& payload) {
  const SecretBytes auth = COFFER_TRY(read_tpm2_auth(auth_file.path, auth_file.open_to));
  const auto tpm = COFFER_TRY(Tpm2Session::open(uri.tcti));
  const ESYS_TR root = COFFER_TRY(tpm->root_key());
  TPM2B_DIGEST policy{};
  if (!uri.pcrs.empty()) policy = COFFER_TRY(tpm->policy_digest(uri.pcrs, !auth.empty()));
  const TPM2B_PUBLIC wanted = sealed_template(uri.pcrs.empty() ? nullptr : &policy);
  const ESYS_TR session = COFFER_TRY(tpm->hmac_session());
  TPM2B_SENSITIVE_CREATE sensitive{};
  sensitive.sensitive.userAuth.size = static_cast<UINT16>(auth.size());
  if (!auth.empty()) std::memcpy(sensitive.sensitive.userAuth.buffer, auth.data(), auth.size());
  sensitive.sensitive.data.size = static_cast<UINT16>(payload.size());
  std::memcpy(sensitive.sensitive.data.buffer, payload.data(), payload.size());
  const TPM2B_DATA outside{};
  const TPML_PCR_SELECTION no_pcrs{};
  TPM2B_PRIVATE* sealed = nullptr;
  TPM2B_PUBLIC* object = nullptr;
  const TSS2_RC code = tpm->library().Esys_Create(
      tpm->esys(), root, session, ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, &wanted, &outside,
      &no_pcrs, &sealed, &object, nullptr, nullptr, nullptr);
  wipe(&sensitive, sizeof sensitive);
  if (code != 0) return tpm2_failure(code, "the TPM does not seal the key");
  auto blob = marshal(tpm->library(), *object, *sealed);
  tpm->library().Esys_Free(sealed);
  tpm->library().Esys_Free(object);
  WrappedByProvider wrapped;
  wrapped.blob = COFFER_TRY(std::move(blob));
  wrapped.key_id = COFFER_TRY(name_of_root(*tpm));
  return wrapped;
}

Result<ESYS_TR> load(Tpm2Session& tpm, ByteView blob) {
  TPM2B_PUBLIC object{};
  TPM2B_PRIVATE sealed{};
  std::size_t offset = 1;
  const Tpm2Library& library = tpm.library();
  if (blob.empty() || blob[0] != kBlobVersion ||
      library.Tss2_MU_TPM2B_PUBLIC_Unmarshal(blob.data(), blob.size(), &offset, &object) != 0 ||
      library.Tss2_MU_TPM2B_PRIVATE_Unmarshal(blob.data(), blob.size(), &offset, &sealed) != 0 ||
      offset != blob.size())
    return altered_blob();
  const ESYS_TR root = COFFER_TRY(tpm.root_key());
  const ESYS_TR session = COFFER_TRY(tpm.hmac_session());
  ESYS_TR loaded = ESYS_TR_NONE;
  if (const TSS2_RC code = library.Esys_Load(tpm.esys(), root, session, ESYS_TR_NONE, ESYS_TR_NONE,
                                             &sealed, &object, &loaded))
    return tpm2_failure(code, "the TPM does not load the sealed key");
  tpm.flush_at_end(loaded);
  return loaded;
}

Result<SecretBytes> unseal(const Tpm2Uri& uri, const SecretFile& auth_file,
                           const WrappedByProvider& wrapped) {
  const SecretBytes auth = COFFER_TRY(read_tpm2_auth(auth_file.path, auth_file.open_to));
  const auto tpm = COFFER_TRY(Tpm2Session::open(uri.tcti));
  const ESYS_TR loaded = COFFER_TRY(load(*tpm, wrapped.blob));
  COFFER_TRY(tpm->set_auth(loaded, auth));
  const ESYS_TR session = uri.pcrs.empty()
                              ? COFFER_TRY(tpm->hmac_session())
                              : COFFER_TRY(tpm->policy_session(uri.pcrs, !auth.empty()));
  // Unsealing takes no parameter that could be encrypted on its way in.
  tpm->library().Esys_TRSess_SetAttributes(tpm->esys(), session, TPMA_SESSION_ENCRYPT,
                                           TPMA_SESSION_ENCRYPT | TPMA_SESSION_DECRYPT);
  TPM2B_SENSITIVE_DATA* data = nullptr;
  if (const TSS2_RC code = tpm->library().Esys_Unseal(tpm->esys(), loaded, session, ESYS_TR_NONE,
                                                      ESYS_TR_NONE, &data))
    return tpm2_failure(code, "the TPM does not unseal the key");
  SecretBytes payload = SecretBytes::copy_of(ByteView(data->buffer, data->size));
  wipe(data, sizeof *data);
  tpm->library().Esys_Free(data);
  return payload;
}

class Tpm2Provider : public Provider {
 public:
  Tpm2Provider(Tpm2Uri uri, SecretFile auth) : uri_(std::move(uri)), auth_(std::move(auth)) {}
  Result<WrappedByProvider> wrap(const SecretBytes& payload, ByteView) override {
    auto kept = std::make_shared<SecretBytes>(payload.clone());
    return within<WrappedByProvider>(
        uri_.patience_ms, [uri = uri_, auth = auth_, kept] { return seal(uri, auth, *kept); });
  }
  Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView) override {
    return within<SecretBytes>(uri_.patience_ms, [uri = uri_, auth = auth_, wrapped] {
      return unseal(uri, auth, wrapped);
    });
  }
  Result<std::string> status() override {
    return within<std::string>(uri_.patience_ms, [uri = uri_]() -> Result<std::string> {
      const auto tpm = COFFER_TRY(Tpm2Session::open(uri.tcti));
      return name_of_root(*tpm);
    });
  }

 private:
  Tpm2Uri uri_;
  SecretFile auth_;
};

}  // namespace

const bool kHasTpm2 = true;

Result<std::unique_ptr<Provider>> connect_tpm2(const KeySource& source) {
  Tpm2Uri uri = COFFER_TRY(parse_tpm2_uri(source.uri(), Tpm2Use::sealing));
  SecretFile auth = COFFER_TRY(locate_secret(uri.auth_file, source.environment()));
  return std::unique_ptr<Provider>(std::make_unique<Tpm2Provider>(std::move(uri), std::move(auth)));
}

}  // namespace coffer::keys
