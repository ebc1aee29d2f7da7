// Stands for library/ in a build without tpm2-tss: `tpm2:` URIs are read, and no TPM is asked.
#include "keys/provider_failure.h"
#include "keys/tpm2/tpm2_provider.h"
#include "keys/tpm2/tpm_nv.h"

namespace coffer::keys {
namespace {

Error not_built() {
  return provider_failure(ProviderFailure::unavailable,
                          "this build of coffer does not support TPMs");
}

}  // namespace

const bool kHasTpm2 = false;

Result<std::unique_ptr<Provider>> connect_tpm2(const KeySource&) { return not_built(); }

Result<std::uint64_t> TpmNvIndex::create_counter() const { return not_built(); }
Result<std::uint64_t> TpmNvIndex::read_counter() const { return not_built(); }
Result<std::uint64_t> TpmNvIndex::increment() const { return not_built(); }
Result<void> TpmNvIndex::create_blob(std::size_t) const { return not_built(); }
Result<Bytes> TpmNvIndex::read_blob() const { return not_built(); }
Result<void> TpmNvIndex::write_blob(ByteView) const { return not_built(); }
Result<void> TpmNvIndex::remove() const { return not_built(); }

}  // namespace coffer::keys
