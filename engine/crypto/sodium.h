// The only include of libsodium: its users call ensure_sodium() before a primitive.
#pragma once

#include <sodium.h>

namespace coffer::crypto {

/// Initialises libsodium once; thread-safe. Stops the process if that fails, as for a bug of ours.
void ensure_sodium();

}  // namespace coffer::crypto
