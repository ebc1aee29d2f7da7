// Every kind of key URI, in one table.
#include <algorithm>
#include <array>

#include "keys/pkcs11/pkcs11_provider.h"
#include "keys/provider.h"
#include "keys/services/network_providers.h"
#include "keys/tpm2/tpm2_provider.h"

namespace coffer {
namespace keys {
namespace {

constexpr KeyKind kLocalKinds[] = {
    {"file", "file:///PATH", "a file of 32 random bytes, made where there is none", true},
    {"file", "file:?credential=NAME", "the same, from the service manager's credentials", true},
    {"passphrase", "passphrase:", "asked for on the terminal", true},
    {"passphrase", "passphrase:?source=file:PATH", "or ?source=fd:N: read from there", true},
    {"recovery", "recovery:", "a new key, printed once, to be kept on paper", true},
    {"shamir", "shamir:?shares=5&threshold=3", "the same in shares, of which so many are enough",
     true},
};

// In the order in which help shows them.
const std::array kProviders = {&kPkcs11Kind, &kTpm2Kind,   &kAwsKmsKind,       &kHashiVaultKind,
                               &kKmsV2Kind,  &kGcpKmsKind, &kAzureKeyVaultKind};

}  // namespace

std::span<const ProviderKind* const> provider_kinds() { return kProviders; }

const ProviderKind* provider_kind(KeySource::Scheme scheme) {
  for (const ProviderKind* kind : provider_kinds())
    if (kind->scheme == scheme) return kind;
  return nullptr;
}

const ProviderKind* provider_kind_of_uri(std::string_view uri) {
  for (const ProviderKind* kind : provider_kinds())
    if (uri.starts_with(kind->prefix)) return kind;
  return nullptr;
}

}  // namespace keys

std::size_t key_kind_count() {
  return std::size(keys::kLocalKinds) + keys::provider_kinds().size();
}

KeyKind key_kind(std::size_t index) {
  if (index < std::size(keys::kLocalKinds)) return keys::kLocalKinds[index];
  return keys::provider_kinds()[index - std::size(keys::kLocalKinds)]->shown;
}

}  // namespace coffer
