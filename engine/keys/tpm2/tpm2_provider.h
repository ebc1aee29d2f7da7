// Keys sealed by this machine's TPM, to what it booted (PCRs), an auth value, or both.
#pragma once

#include "keys/provider.h"

namespace coffer::keys {

extern const ProviderKind kTpm2Kind;

}  // namespace coffer::keys
