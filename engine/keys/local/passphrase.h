// Passphrases, from the caller's prompt, a file or a descriptor.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <optional>
#include <string>
#include <string_view>

#include "keys/file_io.h"

namespace coffer::keys {

/// `confirm`: the passphrase is a new one. Errors: key_unavailable, declined, usage (empty, too
/// long).
Result<SecretBytes> read_passphrase(const KeySource& source, bool confirm,
                                    NamedBy named_by = NamedBy::caller);

/// The place that the text names for reading a secret: `file:/PATH`, `credential:NAME` or `fd:N`,
/// with the path decoded. nullopt: the text names none.
std::optional<std::string> secret_source_of(std::string_view text);

/// Whether the secret is read from a file that may be read again. A descriptor's number means
/// nothing in another process.
bool is_read_from_file(const KeySource& source);

/// Why a passphrase that looks right may be a different one; nullopt: nothing is odd about it.
std::optional<Literal> oddity_of(const SecretBytes& passphrase);

}  // namespace coffer::keys
