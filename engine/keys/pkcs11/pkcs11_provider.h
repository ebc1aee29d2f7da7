// Keys in HSMs, smart cards and other PKCS#11 tokens.
#pragma once

#include "keys/provider.h"

namespace coffer::keys {

extern const ProviderKind kPkcs11Kind;

}  // namespace coffer::keys
