// Where a key, a passphrase, a PIN or an auth value is read from: a file, or a credential that the
// service manager hands to its service. A slot's URI writes it as file:/PATH, with odd characters
// as %XX, or as credential:NAME; here it is "/PATH" or "credential:NAME".
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>

#include <optional>
#include <string>
#include <string_view>

#include "keys/file_io.h"

namespace coffer::keys {

/// The file of one secret, and which users may be able to read it.
struct SecretFile {
  std::string path;  ///< Empty: none was named.
  OpenTo open_to = OpenTo::owner;
};

/// Whether the text is credential:NAME, where NAME is one word without slashes.
bool is_credential(std::string_view text);
/// What a `file:` URI (RFC 8089: file:/PATH, file:///PATH, file://localhost/PATH) names;
/// nullopt: no absolute path, or one with a parameter, a fragment, a control character, a zero
/// byte or a bad escape.
std::optional<std::string> path_in_file_uri(std::string_view uri);

/// `where` as above, or empty. Errors: key_unavailable (no directory of credentials).
Result<SecretFile> locate_secret(std::string_view where, const EnvironmentLookup& environment);
/// Its content. Errors: as read_secret_file(), locate_secret().
Result<SecretBytes> read_secret_at(std::string_view where, const EnvironmentLookup& environment,
                                   std::size_t bytes_max, NamedBy named_by);

}  // namespace coffer::keys
