// When a certificate ends: read by OpenSSL's libcrypto, loaded when the first one is asked for. It
// is told and nothing is decided by it: whoever trusts a certificate checks all of it.
//
// In a value are looked for: certificates in PEM, in text or in any string of a JSON document; one
// in DER, as the whole of a value's bytes or of a member called value_base64. What is locked by a
// password of its own (a Java keystore, PKCS#12) is not looked into.
#pragma once

#include <coffer/result.h>
#include <coffer/value.h>

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace coffer::tools {

/// notAfter of one certificate in DER, in ms since 1970. nullopt: that is none.
/// Errors: failed (no libcrypto).
Result<std::optional<std::int64_t>> certificate_end(ByteView der);

/// The earliest among all certificates in the value: one link that has ended ends the chain.
/// nullopt: there is none, or one that cannot be read.
/// Errors: failed (no libcrypto).
Result<std::optional<std::int64_t>> earliest_end(const Value& value);

}  // namespace coffer::tools
