// The record of a store's policy inside its seal (SPEC.md section 6.10).
#pragma once

#include <coffer/policy.h>
#include <coffer/secret_bytes.h>

#include "base/bytes.h"

namespace coffer::format {

SecretBytes encode_policy(const Policy& policy);
/// Errors: corrupt; too_new (an unknown field or use case).
Result<Policy> decode_policy(ByteView bytes);

}  // namespace coffer::format
