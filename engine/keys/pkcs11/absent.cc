// Stands for library/ in a build without p11-kit: `pkcs11:` URIs are read, and no token is asked.
#include "keys/pkcs11/pkcs11_provider.h"

namespace coffer::keys {

const bool kHasPkcs11 = false;

Result<std::unique_ptr<Provider>> connect_pkcs11(const KeySource&) {
  return provider_failure(ProviderFailure::unavailable,
                          "this build of coffer does not support PKCS#11");
}

}  // namespace coffer::keys
