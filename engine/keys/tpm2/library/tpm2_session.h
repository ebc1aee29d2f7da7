// One conversation with a TPM: connected, sessions opened, everything flushed at the end.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "keys/file_io.h"
#include "keys/provider_failure.h"
#include "keys/tpm2/library/tpm2_library.h"
#include "keys/tpm2/tpm2_uri.h"

namespace coffer::keys {

/// What a TPM answered, as one of the six classes; the text is the caller's where a class has
/// none of its own.
Error tpm2_failure(TSS2_RC code, Literal text);

/// The auth value that a file gives: the hash of its content, so that any length will do.
/// Empty where the path is. Errors: key_unavailable, limit.
Result<SecretBytes> read_tpm2_auth(const std::string& path, OpenTo open_to = OpenTo::owner);

class Tpm2Session {
 public:
  /// One conversation with a TPM at a time in this process: where no resource manager stands
  /// before it (/dev/tpmrm0 is one) it has room for three keys. Waits for the one before.
  /// Errors: key_unavailable (no such TPM, tpm2-tss is not installed).
  static Result<std::unique_ptr<Tpm2Session>> open(const std::string& tcti);
  ~Tpm2Session();
  Tpm2Session(const Tpm2Session&) = delete;
  Tpm2Session& operator=(const Tpm2Session&) = delete;

  const Tpm2Library& library() const { return library_; }
  ESYS_CONTEXT* esys() const { return esys_; }

  /// The storage root key: ECC P-256, derived by the TPM from its seed each time.
  Result<ESYS_TR> root_key();
  /// Salted by the root key; encrypts the first parameter of what is sent and answered.
  Result<ESYS_TR> hmac_session();
  /// The same, with a policy in it: the registers as they are, and the auth value if `with_auth`.
  Result<ESYS_TR> policy_session(const std::vector<PcrBank>& pcrs, bool with_auth);
  /// The digest of that policy.
  Result<TPM2B_DIGEST> policy_digest(const std::vector<PcrBank>& pcrs, bool with_auth);
  Result<void> set_auth(ESYS_TR handle, const SecretBytes& auth);
  /// Flushed when the conversation ends: a TPM has room for three.
  void flush_at_end(ESYS_TR handle) { handles_.push_back(handle); }
  void flush(ESYS_TR handle);

 private:
  Tpm2Session(const Tpm2Library& library, std::shared_ptr<std::mutex> turn)
      : library_(library), turn_(std::move(turn)), is_our_turn_(*turn_) {}
  Result<ESYS_TR> start(TPM2_SE type);
  Result<void> add_policy(ESYS_TR session, const std::vector<PcrBank>& pcrs, bool with_auth);

  const Tpm2Library& library_;
  std::shared_ptr<std::mutex> turn_;
  std::unique_lock<std::mutex> is_our_turn_;
  TSS2_TCTI_CONTEXT* tcti_ = nullptr;
  ESYS_CONTEXT* esys_ = nullptr;
  ESYS_TR root_key_ = ESYS_TR_NONE;
  ESYS_TR hmac_session_ = ESYS_TR_NONE;
  std::vector<ESYS_TR> handles_;
};

}  // namespace coffer::keys
