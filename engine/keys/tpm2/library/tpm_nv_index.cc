#include <cstring>

#include "base/digits.h"
#include "keys/bounded_call.h"
#include "keys/tpm2/library/tpm2_session.h"
#include "keys/tpm2/tpm_nv.h"

namespace coffer::keys {

namespace {

constexpr std::size_t kCounterBytes = 8;
// Anybody with the auth value may read and change the index; without one, anybody who reaches the
// TPM. noDA: a wrong value must not lock the TPM.
constexpr TPMA_NV kAttributes = TPMA_NV_AUTHREAD | TPMA_NV_AUTHWRITE | TPMA_NV_NO_DA;
constexpr TPMA_NV kCounter = static_cast<TPMA_NV>(TPM2_NT_COUNTER) << TPMA_NV_TPM2_NT_SHIFT;

// An index in an open conversation.
class OpenIndex {
 public:
  static Result<std::unique_ptr<OpenIndex>> open(const Tpm2Uri& uri) {
    auto index = COFFER_TRY(connect(uri));
    if (const TSS2_RC code = index->library().Esys_TR_FromTPMPublic(
            index->esys(), uri.nv_index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &index->nv_)) {
      if ((code & 0x0BF) == (TPM2_RC_HANDLE & 0x0BF) && (code & TSS2_RC_LAYER_MASK) == 0)
        return Error(ErrorCode::not_found, "the TPM has no such index", "make it first")
            .with_number(uri.nv_index);
      return tpm2_failure(code, "the TPM's index cannot be opened");
    }
    COFFER_TRY(index->tpm_->set_auth(index->nv_, index->auth_));
    COFFER_TRY(index->read_public());
    return index;
  }

  static Result<std::unique_ptr<OpenIndex>> create(const Tpm2Uri& uri, TPMA_NV attributes,
                                                   std::size_t bytes) {
    auto index = COFFER_TRY(connect(uri));
    TPM2B_NV_PUBLIC wanted{};
    wanted.nvPublic.nvIndex = uri.nv_index;
    wanted.nvPublic.nameAlg = TPM2_ALG_SHA256;
    wanted.nvPublic.attributes = attributes;
    wanted.nvPublic.dataSize = static_cast<UINT16>(bytes);
    TPM2B_AUTH auth{};
    auth.size = static_cast<UINT16>(index->auth_.size());
    if (auth.size > 0) std::memcpy(auth.buffer, index->auth_.data(), auth.size);
    const ESYS_TR session = COFFER_TRY(index->tpm_->hmac_session());
    const TSS2_RC code =
        index->library().Esys_NV_DefineSpace(index->esys(), ESYS_TR_RH_OWNER, session, ESYS_TR_NONE,
                                             ESYS_TR_NONE, &auth, &wanted, &index->nv_);
    wipe(&auth, sizeof auth);
    if ((code & 0xFFF) == TPM2_RC_NV_DEFINED)
      return Error(ErrorCode::conflict, "the TPM's index is in use already",
                   "choose another number")
          .with_number(uri.nv_index);
    if (code != 0) return tpm2_failure(code, "the TPM does not create the index");
    index->bytes_ = bytes;
    index->is_counter_ = (attributes & kCounter) != 0;
    return index;
  }

  Result<void> require_counter() const {
    if (is_counter_ && bytes_ == kCounterBytes) return {};
    return Error(ErrorCode::conflict, "the TPM's index is not a counter", "name another index");
  }
  Result<void> require_blob() const {
    if (!is_counter_ && bytes_ <= TpmNvIndex::kBlobBytesMax) return {};
    return Error(ErrorCode::conflict, "the TPM's index cannot hold a blob", "name another index");
  }

  Result<Bytes> read() {
    TPM2B_MAX_NV_BUFFER* data = nullptr;
    const ESYS_TR session = COFFER_TRY(tpm_->hmac_session());
    // Reading sends no parameter that could be encrypted.
    library().Esys_TRSess_SetAttributes(esys(), session, TPMA_SESSION_ENCRYPT,
                                        TPMA_SESSION_ENCRYPT | TPMA_SESSION_DECRYPT);
    if (const TSS2_RC code =
            library().Esys_NV_Read(esys(), nv_, nv_, session, ESYS_TR_NONE, ESYS_TR_NONE,
                                   static_cast<UINT16>(bytes_), 0, &data))
      return tpm2_failure(code, "the TPM's index cannot be read");
    Bytes bytes(data->buffer, data->buffer + data->size);
    library().Esys_Free(data);
    if (bytes.size() != bytes_)
      return provider_failure(ProviderFailure::in_doubt, "the TPM's answer makes no sense");
    return bytes;
  }
  Result<void> write(ByteView bytes) {
    TPM2B_MAX_NV_BUFFER data{};
    data.size = static_cast<UINT16>(bytes.size());
    std::memcpy(data.buffer, bytes.data(), bytes.size());
    const ESYS_TR session = COFFER_TRY(tpm_->hmac_session());
    // Writing answers none.
    library().Esys_TRSess_SetAttributes(esys(), session, TPMA_SESSION_DECRYPT,
                                        TPMA_SESSION_ENCRYPT | TPMA_SESSION_DECRYPT);
    const TSS2_RC code =
        library().Esys_NV_Write(esys(), nv_, nv_, session, ESYS_TR_NONE, ESYS_TR_NONE, &data, 0);
    wipe(&data, sizeof data);
    if (code != 0) return tpm2_failure(code, "the TPM's index cannot be written");
    return {};
  }
  Result<std::uint64_t> raise() {
    const ESYS_TR session = COFFER_TRY(tpm_->hmac_session());
    library().Esys_TRSess_SetAttributes(esys(), session, 0,
                                        TPMA_SESSION_ENCRYPT | TPMA_SESSION_DECRYPT);
    if (const TSS2_RC code =
            library().Esys_NV_Increment(esys(), nv_, nv_, session, ESYS_TR_NONE, ESYS_TR_NONE))
      return tpm2_failure(code, "the TPM's counter cannot be raised");
    return value();
  }
  Result<std::uint64_t> value() {
    const Bytes bytes = COFFER_TRY(read());
    std::uint64_t number = 0;
    for (const std::uint8_t byte : bytes) number = number << 8 | byte;
    return number;
  }
  Result<void> remove() {
    const ESYS_TR session = COFFER_TRY(tpm_->hmac_session());
    library().Esys_TRSess_SetAttributes(esys(), session, 0,
                                        TPMA_SESSION_ENCRYPT | TPMA_SESSION_DECRYPT);
    if (const TSS2_RC code = library().Esys_NV_UndefineSpace(esys(), ESYS_TR_RH_OWNER, nv_, session,
                                                             ESYS_TR_NONE, ESYS_TR_NONE))
      return tpm2_failure(code, "the TPM's index cannot be removed");
    return {};
  }
  std::size_t bytes() const { return bytes_; }

 private:
  static Result<std::unique_ptr<OpenIndex>> connect(const Tpm2Uri& uri) {
    auto index = std::make_unique<OpenIndex>();
    index->auth_ = COFFER_TRY(read_tpm2_auth(uri.auth_file));
    index->tpm_ = COFFER_TRY(Tpm2Session::open(uri.tcti));
    return index;
  }
  Result<void> read_public() {
    TPM2B_NV_PUBLIC* found = nullptr;
    if (const TSS2_RC code = library().Esys_NV_ReadPublic(esys(), nv_, ESYS_TR_NONE, ESYS_TR_NONE,
                                                          ESYS_TR_NONE, &found, nullptr))
      return tpm2_failure(code, "the TPM's index cannot be opened");
    bytes_ = found->nvPublic.dataSize;
    is_counter_ = (found->nvPublic.attributes & TPMA_NV_TPM2_NT_MASK) == kCounter;
    library().Esys_Free(found);
    return {};
  }
  const Tpm2Library& library() const { return tpm_->library(); }
  ESYS_CONTEXT* esys() const { return tpm_->esys(); }

  std::unique_ptr<Tpm2Session> tpm_;
  SecretBytes auth_;
  ESYS_TR nv_ = ESYS_TR_NONE;
  std::size_t bytes_ = 0;
  bool is_counter_ = false;
};

template <typename T>
Result<T> ask(const Tpm2Uri& uri, std::function<Result<T>()> question) {
  return within<T>(uri.patience_ms, std::move(question));
}

}  // namespace

Result<std::uint64_t> TpmNvIndex::create_counter() const {
  return ask<std::uint64_t>(uri_, [uri = uri_]() -> Result<std::uint64_t> {
    return COFFER_TRY(OpenIndex::create(uri, kAttributes | kCounter, kCounterBytes))->raise();
  });
}

Result<std::uint64_t> TpmNvIndex::read_counter() const {
  return ask<std::uint64_t>(uri_, [uri = uri_]() -> Result<std::uint64_t> {
    const auto index = COFFER_TRY(OpenIndex::open(uri));
    COFFER_TRY(index->require_counter());
    return index->value();
  });
}

Result<std::uint64_t> TpmNvIndex::increment() const {
  return ask<std::uint64_t>(uri_, [uri = uri_]() -> Result<std::uint64_t> {
    const auto index = COFFER_TRY(OpenIndex::open(uri));
    COFFER_TRY(index->require_counter());
    return index->raise();
  });
}

Result<void> TpmNvIndex::create_blob(std::size_t bytes) const {
  if (bytes == 0 || bytes > kBlobBytesMax)
    return Error(ErrorCode::limit, "a TPM's index holds 1 to 512 bytes").with_number(bytes);
  return ask<void>(uri_, [uri = uri_, bytes]() -> Result<void> {
    // A TPM reads no index that was never written.
    return COFFER_TRY(OpenIndex::create(uri, kAttributes, bytes))->write(Bytes(bytes));
  });
}

Result<Bytes> TpmNvIndex::read_blob() const {
  return ask<Bytes>(uri_, [uri = uri_]() -> Result<Bytes> {
    const auto index = COFFER_TRY(OpenIndex::open(uri));
    COFFER_TRY(index->require_blob());
    return index->read();
  });
}

Result<void> TpmNvIndex::write_blob(ByteView blob) const {
  return ask<void>(uri_, [uri = uri_, kept = Bytes(blob.begin(), blob.end())]() -> Result<void> {
    const auto index = COFFER_TRY(OpenIndex::open(uri));
    COFFER_TRY(index->require_blob());
    if (kept.size() != index->bytes())
      return Error(ErrorCode::limit, "the blob and the TPM's index differ in length")
          .with_number(index->bytes());
    return index->write(kept);
  });
}

Result<void> TpmNvIndex::remove() const {
  return ask<void>(
      uri_, [uri = uri_]() -> Result<void> { return COFFER_TRY(OpenIndex::open(uri))->remove(); });
}

}  // namespace coffer::keys
