// When a certificate ends: read out of it without a library, for it is told and nothing is
// decided by it. Whoever trusts a certificate checks all of it.
//
// In a value are looked for: certificates in PEM, in text or in any string of a JSON document; one
// in DER, as the whole of a value's bytes or of a member called value_base64. What is locked by a
// password of its own (a Java keystore, PKCS#12) is not looked into.
#pragma once

#include <coffer/value.h>

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace coffer::tools {

/// notAfter of one certificate in DER, in ms since 1970. nullopt: that is none.
std::optional<std::int64_t> certificate_end(ByteView der);

/// The earliest among all certificates in the value: one link that has ended ends the chain.
/// nullopt: there is none, or one that cannot be read.
std::optional<std::int64_t> earliest_end(const Value& value);

}  // namespace coffer::tools
