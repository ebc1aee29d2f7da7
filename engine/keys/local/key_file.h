// Key files: 32 random bytes, raw, or as hex or base64 text.
#pragma once

#include <coffer/result.h>

#include <string>

#include "crypto/key.h"
#include "keys/file_io.h"

namespace coffer::keys {

/// Errors: key_unavailable (missing, unreadable, open to others, a silent pipe), limit (too
/// long), wrong_key (not a key).
Result<crypto::Key> read_key_file(const std::string& path, OpenTo open_to = OpenTo::owner,
                                  NamedBy named_by = NamedBy::caller);

}  // namespace coffer::keys
