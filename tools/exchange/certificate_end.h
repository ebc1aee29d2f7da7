// When a certificate ends, read by OpenSSL's libcrypto, which is loaded on first use. The time is
// only shown: a program that trusts a certificate must check all of it.
// A value is searched for PEM certificates in its text or in any string of a JSON document, and for
// one DER certificate as all of its bytes or of a member value_base64. Containers with their own
// password (a Java keystore, PKCS#12) are not opened.
#pragma once

#include <coffer/result.h>
#include <coffer/value.h>

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace coffer::tools {

/// notAfter of one DER certificate, in ms since 1970. nullopt: it is not a certificate. Errors:
/// failed (no libcrypto).
Result<std::optional<std::int64_t>> certificate_end(ByteView der);

/// The earliest end of all certificates in the value, because one expired link breaks a chain.
/// nullopt: there is none, or one is unreadable. Errors: failed (no libcrypto).
Result<std::optional<std::int64_t>> earliest_end(const Value& value);

}  // namespace coffer::tools
