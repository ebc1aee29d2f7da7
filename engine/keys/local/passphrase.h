// Where a passphrase is had from: the caller's prompt, a file, a descriptor.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <optional>
#include <string>
#include <string_view>

#include "keys/file_io.h"

namespace coffer::keys {

/// `confirm`: it is a new one. Errors: key_unavailable, declined, usage (empty, too long).
Result<SecretBytes> read_passphrase(const KeySource& source, bool confirm,
                                    NamedBy named_by = NamedBy::caller);

/// Where the text says that a secret is read from: `file:/PATH`, `credential:NAME`, `fd:N`, with
/// the path decoded. nullopt: it says no such thing.
std::optional<std::string> secret_source_of(std::string_view text);

/// Whether the secret is read from a file that may be read again. A descriptor's number means
/// nothing in another process.
bool is_read_from_file(const KeySource& source);

/// What may be why a passphrase that looks right is another one; nullopt: nothing to see.
std::optional<Literal> oddity_of(const SecretBytes& passphrase);

}  // namespace coffer::keys
