// Where a passphrase is had from: the caller's prompt, a file, a descriptor.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>

#include "keys/file_io.h"

namespace coffer::keys {

/// `confirm`: it is a new one. Errors: key_unavailable, declined, usage (empty, too long).
Result<SecretBytes> read_passphrase(const KeySource& source, bool confirm,
                                    NamedBy named_by = NamedBy::caller);

/// Whether the text says where a secret is read from: `file:` and an absolute path, `fd:N`.
bool is_secret_source(std::string_view text);

}  // namespace coffer::keys
