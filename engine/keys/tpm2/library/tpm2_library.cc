#include "keys/tpm2/library/tpm2_library.h"

#include <mutex>

#include "keys/key_library.h"

namespace coffer::keys {
namespace {

Result<void> load(Tpm2Library& library) {
  const SharedLibrary esys = COFFER_TRY(load_key_library("libtss2-esys.so.0"));
  const SharedLibrary tcti = COFFER_TRY(load_key_library("libtss2-tctildr.so.0"));
  const SharedLibrary marshal = COFFER_TRY(load_key_library("libtss2-mu.so.0"));
  bool whole = true;
#define COFFER_FIND_IN(from, name) whole = from.find(#name, library.name) && whole;
#define COFFER_FIND_ESYS(name) COFFER_FIND_IN(esys, name)
#define COFFER_FIND_TCTI(name) COFFER_FIND_IN(tcti, name)
#define COFFER_FIND_MARSHAL(name) COFFER_FIND_IN(marshal, name)
  COFFER_ESYS_FUNCTIONS(COFFER_FIND_ESYS)
  COFFER_TCTI_FUNCTIONS(COFFER_FIND_TCTI)
  COFFER_TPM_MARSHAL_FUNCTIONS(COFFER_FIND_MARSHAL)
#undef COFFER_FIND_MARSHAL
#undef COFFER_FIND_TCTI
#undef COFFER_FIND_ESYS
#undef COFFER_FIND_IN
  if (!whole)
    return provider_failure(ProviderFailure::unavailable,
                            "this tpm2-tss lacks functions that a TPM key needs");
  return {};
}

}  // namespace

Result<const Tpm2Library*> Tpm2Library::get() {
  static std::mutex mutex;
  static Tpm2Library library;
  static bool is_loaded = false;
  const std::lock_guard lock(mutex);
  if (!is_loaded) COFFER_TRY(load(library));
  is_loaded = true;
  return &library;
}

}  // namespace coffer::keys
