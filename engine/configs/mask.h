// The masked view: a config as it may be shown.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <vector>

#include "configs/documents.h"
#include "configs/spec.h"

namespace coffer::configs {

/// Every declared place shows the mask, null and external names excepted; so does every
/// other string that equals one of `secret_strings` (decoded; empty ones are no secret).
/// What looks like a coordinate where none is declared is masked too.
/// Errors: corrupt (the record), limit. Never a document that is less than masked.
Result<SecretBytes> masked_view(const Spec& spec, const ConfigRecord& record,
                                const std::vector<SecretBytes>& secret_strings);

}  // namespace coffer::configs
