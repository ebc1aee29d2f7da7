// Keys that are sealed by a TPM 2.0.
#pragma once

#include <memory>

#include "keys/provider.h"

namespace coffer::keys {

/// Whether this build can speak to a TPM.
extern const bool kHasTpm2;

/// Errors: usage, key_unavailable (no credential; not in this build).
Result<std::unique_ptr<Provider>> connect_tpm2(const KeySource& source);

}  // namespace coffer::keys
