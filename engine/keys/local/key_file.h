// Key files: 32 random bytes, raw, or as hex or base64 text.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>

#include <string>

#include "crypto/key.h"
#include "keys/file_io.h"

namespace coffer::keys {

/// Errors: key_unavailable (missing, unreadable, open to others, a silent pipe), limit (too
/// long), wrong_key (not a key).
Result<crypto::Key> read_key_file(const std::string& path, NamedBy named_by = NamedBy::caller);
/// The file that a file: source names; a credential is looked for in the directory that the
/// service manager made for it. Errors: as above; key_unavailable (there is no such directory).
Result<crypto::Key> read_key_file(const KeySource& source, NamedBy named_by = NamedBy::caller);

}  // namespace coffer::keys
