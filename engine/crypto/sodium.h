// The one door to libsodium: whoever uses a primitive makes sure it is initialised.
#pragma once

#include <sodium.h>

namespace coffer::crypto {

/// Idempotent and thread-safe; a library that cannot start is our own bug's twin: it stops.
void ensure_sodium();

}  // namespace coffer::crypto
