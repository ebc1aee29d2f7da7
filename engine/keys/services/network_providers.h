// The key services that are reached over a network or a socket: one file each.
#pragma once

#include "keys/provider.h"

namespace coffer::keys {

#ifdef COFFER_CURL
inline constexpr bool kHasNetwork = true;
#else
inline constexpr bool kHasNetwork = false;
#endif

extern const ProviderKind kAwsKmsKind;
extern const ProviderKind kHashiVaultKind;
extern const ProviderKind kKmsV2Kind;
extern const ProviderKind kGcpKmsKind;
extern const ProviderKind kAzureKeyVaultKind;

}  // namespace coffer::keys
