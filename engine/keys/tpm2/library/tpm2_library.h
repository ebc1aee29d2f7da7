// tpm2-tss, loaded when the first key asks for a TPM.
#pragma once

#include <coffer/result.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_tctildr.h>

namespace coffer::keys {

#define COFFER_ESYS_FUNCTIONS(X)                                                    \
  X(Esys_Initialize)                                                                \
  X(Esys_Finalize)                                                                  \
  X(Esys_Free)                                                                      \
  X(Esys_TR_SetAuth)                                                                \
  X(Esys_TR_GetName)                                                                \
  X(Esys_TR_FromTPMPublic)                                                          \
  X(Esys_TR_Close) X(Esys_CreatePrimary) X(Esys_Create) X(Esys_Load) X(Esys_Unseal) \
      X(Esys_StartAuthSession) X(Esys_TRSess_SetAttributes) X(Esys_PolicyPCR)       \
          X(Esys_PolicyAuthValue) X(Esys_PolicyGetDigest) X(Esys_FlushContext)      \
              X(Esys_NV_DefineSpace) X(Esys_NV_UndefineSpace) X(Esys_NV_ReadPublic) \
                  X(Esys_NV_Read) X(Esys_NV_Write) X(Esys_NV_Increment)
#define COFFER_TCTI_FUNCTIONS(X) X(Tss2_TctiLdr_Initialize) X(Tss2_TctiLdr_Finalize)
#define COFFER_TPM_MARSHAL_FUNCTIONS(X) \
  X(Tss2_MU_TPM2B_PUBLIC_Marshal)       \
  X(Tss2_MU_TPM2B_PUBLIC_Unmarshal)     \
  X(Tss2_MU_TPM2B_PRIVATE_Marshal) X(Tss2_MU_TPM2B_PRIVATE_Unmarshal)

/// Its functions under their own names.
struct Tpm2Library {
#define COFFER_MEMBER(name) decltype(&::name) name = nullptr;
  COFFER_ESYS_FUNCTIONS(COFFER_MEMBER)
  COFFER_TCTI_FUNCTIONS(COFFER_MEMBER)
  COFFER_TPM_MARSHAL_FUNCTIONS(COFFER_MEMBER)
#undef COFFER_MEMBER

  /// Thread-safe. Errors: key_unavailable (not installed).
  static Result<const Tpm2Library*> get();
};

}  // namespace coffer::keys
