// Keys in HSMs, smart cards and other PKCS#11 tokens.
#pragma once

#include <memory>

#include "keys/provider.h"

namespace coffer::keys {

/// Whether this build can load PKCS#11 modules.
extern const bool kHasPkcs11;

/// Errors: usage, key_unavailable (no credential; not in this build).
Result<std::unique_ptr<Provider>> connect_pkcs11(const KeySource& source);

}  // namespace coffer::keys
