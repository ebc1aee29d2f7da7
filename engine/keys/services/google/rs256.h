// RS256 (RFC 7518, section 3.3), for the one service that wants to be signed to with an RSA
// key: OpenSSL's libcrypto does it, loaded when it is needed, as libcurl is.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>

#include "base/bytes.h"

namespace coffer::keys {

/// Signs `message` with the private key in PEM. Errors: key_unavailable (no libcrypto; no such
/// key, or one that a passphrase protects).
Result<Bytes> sign_rs256(const SecretBytes& private_key_pem, std::string_view message);

}  // namespace coffer::keys
