#include "keys/tpm2/library/tpm2_session.h"

#include <cstring>
#include <map>

#include "crypto/hash.h"
#include "keys/file_io.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kAuthFileBytesMax = 4096;
constexpr TPMT_SYM_DEF kParameterCipher = {
    .algorithm = TPM2_ALG_AES, .keyBits = {.aes = 128}, .mode = {.aes = TPM2_ALG_CFB}};

// An answer of the TPM itself, or of the resource manager that speaks for it.
bool is_of_tpm(TSS2_RC code) {
  const TSS2_RC layer = code & TSS2_RC_LAYER_MASK;
  return layer == TSS2_TPM_RC_LAYER || layer == TSS2_RESMGR_TPM_RC_LAYER;
}

// Without the number of the parameter, handle or session that it is about.
TSS2_RC without_place(TSS2_RC code) {
  const TSS2_RC response = code & 0xFFF;
  return (response & TPM2_RC_FMT1) != 0 ? response & 0x0BF : response;
}

TPM2B_PUBLIC root_key_template() {
  TPM2B_PUBLIC key{};
  TPMT_PUBLIC& area = key.publicArea;
  area.type = TPM2_ALG_ECC;
  area.nameAlg = TPM2_ALG_SHA256;
  area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                          TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
                          TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
  TPMS_ECC_PARMS& ecc = area.parameters.eccDetail;
  ecc.symmetric = {
      .algorithm = TPM2_ALG_AES, .keyBits = {.aes = 128}, .mode = {.aes = TPM2_ALG_CFB}};
  ecc.scheme.scheme = TPM2_ALG_NULL;
  ecc.curveID = TPM2_ECC_NIST_P256;
  ecc.kdf.scheme = TPM2_ALG_NULL;
  return key;
}

TPML_PCR_SELECTION selection_of(const std::vector<PcrBank>& pcrs) {
  TPML_PCR_SELECTION selection{};
  for (const PcrBank& bank : pcrs) {
    TPMS_PCR_SELECTION& one = selection.pcrSelections[selection.count++];
    one.hash = bank.hash;
    one.sizeofSelect = 3;
    for (unsigned i = 0; i < 3; ++i) one.pcrSelect[i] = static_cast<BYTE>(bank.selected >> (8 * i));
  }
  return selection;
}

// One mutex for each TPM, so that a TPM that hangs blocks only its own users.
std::shared_ptr<std::mutex> turn_at(const std::string& tcti) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<std::mutex>> turns;
  const std::lock_guard lock(mutex);
  std::shared_ptr<std::mutex>& turn = turns[tcti];
  if (turn == nullptr) turn = std::make_shared<std::mutex>();
  return turn;
}

}  // namespace

Error tpm2_failure(TSS2_RC code, Literal text) {
  const auto failure = [&](ProviderFailure kind, Literal what) {
    return provider_failure(kind, what).with_number(code);
  };
  if ((code & TSS2_RC_LAYER_MASK) == TSS2_TCTI_RC_LAYER)
    return failure(ProviderFailure::unavailable, "the TPM cannot be reached");
  if (!is_of_tpm(code))
    return failure(ProviderFailure::in_doubt, "the TPM's answer makes no sense");
  switch (without_place(code)) {
    case TPM2_RC_AUTH_FAIL & 0x0BF:
    case TPM2_RC_BAD_AUTH & 0x0BF:
      return failure(ProviderFailure::authentication_failed, "the TPM's auth value is wrong");
    case TPM2_RC_POLICY_FAIL & 0x0BF:
      return failure(ProviderFailure::authentication_failed,
                     "the machine's registers (PCRs) are not those that the key is sealed to");
    case TPM2_RC_INTEGRITY & 0x0BF:
      return failure(ProviderFailure::authentication_failed,
                     "the sealed key was altered, or sealed by another TPM");
    case TPM2_RC_LOCKOUT:
      return failure(ProviderFailure::denied, "the TPM is locked after wrong auth values");
    case TPM2_RC_DISABLED:
    case TPM2_RC_HIERARCHY & 0x0BF:
      return failure(ProviderFailure::disabled, "the TPM's owner hierarchy is switched off");
    case TPM2_RC_RETRY:
    case TPM2_RC_YIELDED:
    case TPM2_RC_TESTING:
    case TPM2_RC_NV_RATE:
    case TPM2_RC_OBJECT_MEMORY:
    case TPM2_RC_SESSION_MEMORY:
    case TPM2_RC_MEMORY:
      return failure(ProviderFailure::unavailable, "the TPM is busy or has no room");
    default: return failure(ProviderFailure::authentication_failed, text);
  }
}

Result<SecretBytes> read_tpm2_auth(const std::string& path, OpenTo open_to) {
  if (path.empty()) return SecretBytes();
  SecretBytes content = COFFER_TRY(read_secret_file(path, kAuthFileBytesMax, kPatienceMs, open_to));
  drop_line_end(content);
  if (content.empty())
    return Error(ErrorCode::usage, "the file of the TPM's auth value is empty")
        .about(Subject::Kind::file, path);
  crypto::Hash hash = crypto::hash({}, content.bytes());
  SecretBytes auth = SecretBytes::copy_of(hash);
  wipe(hash.data(), hash.size());
  // A TPM drops zeros at the end of an auth value: there shall be none.
  auth.data()[auth.size() - 1] |= 1;
  return auth;
}

Result<std::unique_ptr<Tpm2Session>> Tpm2Session::open(const std::string& tcti) {
  const Tpm2Library* library = COFFER_TRY(Tpm2Library::get());
  std::unique_ptr<Tpm2Session> session(new Tpm2Session(*library, turn_at(tcti)));
  const auto unreachable = [](TSS2_RC code) {
    return provider_failure(ProviderFailure::unavailable, "the TPM cannot be reached")
        .with_number(code);
  };
  if (const TSS2_RC code = library->Tss2_TctiLdr_Initialize(tcti.c_str(), &session->tcti_))
    return unreachable(code);
  if (const TSS2_RC code = library->Esys_Initialize(&session->esys_, session->tcti_, nullptr))
    return unreachable(code);
  return session;
}

Tpm2Session::~Tpm2Session() {
  while (!handles_.empty()) flush(handles_.back());
  if (esys_ != nullptr) library_.Esys_Finalize(&esys_);
  if (tcti_ != nullptr) library_.Tss2_TctiLdr_Finalize(&tcti_);
}

void Tpm2Session::flush(ESYS_TR handle) {
  std::erase(handles_, handle);
  library_.Esys_FlushContext(esys_, handle);
}

Result<ESYS_TR> Tpm2Session::root_key() {
  if (root_key_ != ESYS_TR_NONE) return root_key_;
  const TPM2B_PUBLIC key = root_key_template();
  const TPM2B_SENSITIVE_CREATE nothing{};
  const TPM2B_DATA outside{};
  const TPML_PCR_SELECTION no_pcrs{};
  if (const TSS2_RC code = library_.Esys_CreatePrimary(
          esys_, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &nothing, &key,
          &outside, &no_pcrs, &root_key_, nullptr, nullptr, nullptr, nullptr))
    return tpm2_failure(code, "the TPM does not create a storage key");
  flush_at_end(root_key_);
  return root_key_;
}

Result<ESYS_TR> Tpm2Session::start(TPM2_SE type) {
  const ESYS_TR salt_key = COFFER_TRY(root_key());
  ESYS_TR session = ESYS_TR_NONE;
  if (const TSS2_RC code = library_.Esys_StartAuthSession(
          esys_, salt_key, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, nullptr, type,
          &kParameterCipher, TPM2_ALG_SHA256, &session))
    return tpm2_failure(code, "the TPM does not open a session");
  flush_at_end(session);
  const TPMA_SESSION wanted =
      TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT | TPMA_SESSION_CONTINUESESSION;
  if (const TSS2_RC code = library_.Esys_TRSess_SetAttributes(esys_, session, wanted, 0xFF))
    return tpm2_failure(code, "the TPM does not open a session");
  return session;
}

Result<ESYS_TR> Tpm2Session::hmac_session() {
  if (hmac_session_ == ESYS_TR_NONE) hmac_session_ = COFFER_TRY(start(TPM2_SE_HMAC));
  return hmac_session_;
}

Result<void> Tpm2Session::add_policy(ESYS_TR session, const std::vector<PcrBank>& pcrs,
                                     bool with_auth) {
  const TPML_PCR_SELECTION selection = selection_of(pcrs);
  const TPM2B_DIGEST as_they_are{};
  if (const TSS2_RC code = library_.Esys_PolicyPCR(esys_, session, ESYS_TR_NONE, ESYS_TR_NONE,
                                                   ESYS_TR_NONE, &as_they_are, &selection))
    return tpm2_failure(code, "the TPM has no such registers");
  if (!with_auth) return {};
  if (const TSS2_RC code =
          library_.Esys_PolicyAuthValue(esys_, session, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE))
    return tpm2_failure(code, "the TPM does not accept the policy");
  return {};
}

Result<ESYS_TR> Tpm2Session::policy_session(const std::vector<PcrBank>& pcrs, bool with_auth) {
  const ESYS_TR session = COFFER_TRY(start(TPM2_SE_POLICY));
  COFFER_TRY(add_policy(session, pcrs, with_auth));
  return session;
}

Result<TPM2B_DIGEST> Tpm2Session::policy_digest(const std::vector<PcrBank>& pcrs, bool with_auth) {
  const ESYS_TR session = COFFER_TRY(start(TPM2_SE_TRIAL));
  COFFER_TRY(add_policy(session, pcrs, with_auth));
  TPM2B_DIGEST* digest = nullptr;
  if (const TSS2_RC code = library_.Esys_PolicyGetDigest(esys_, session, ESYS_TR_NONE, ESYS_TR_NONE,
                                                         ESYS_TR_NONE, &digest))
    return tpm2_failure(code, "the TPM does not accept the policy");
  const TPM2B_DIGEST copy = *digest;
  library_.Esys_Free(digest);
  flush(session);
  return copy;
}

Result<void> Tpm2Session::set_auth(ESYS_TR handle, const SecretBytes& auth) {
  if (auth.empty()) return {};
  TPM2B_AUTH value{};
  value.size = static_cast<UINT16>(auth.size());
  std::memcpy(value.buffer, auth.data(), auth.size());
  const TSS2_RC code = library_.Esys_TR_SetAuth(esys_, handle, &value);
  wipe(&value, sizeof value);
  if (code != 0) return tpm2_failure(code, "the TPM's auth value cannot be used");
  return {};
}

}  // namespace coffer::keys
