// What a put, patch, check, stage or commit did, as JSON text: one form for all callers.
#pragma once

#include <coffer/configs.h>

namespace coffer::configs {

/// {"id", "revision", "partial", "outcomes": [{"pointer", "outcome", "coordinate"}],
/// "destroyed": [...]}, and of a stage "stage" and "expires_time" as well.
SecretBytes report_json(const ConfigPutReport& report);

}  // namespace coffer::configs
