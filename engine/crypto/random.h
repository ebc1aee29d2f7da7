// The system's random numbers, as an implementation of base/random.h.
#pragma once

#include "base/random.h"

namespace coffer::crypto {

/// libsodium's generator (getrandom); fork-safe, thread-safe.
Random& system_random();

}  // namespace coffer::crypto
