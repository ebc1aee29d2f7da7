// Finds versions that contradict the audit log: the digest shows only that some record was replaced
// or removed, not which one.
#pragma once

#include <coffer/result.h>

#include <string>
#include <vector>

#include "secrets/rows/versions.h"

namespace coffer::secrets {

/// One line for each such version, in the order of the paths. Covers versions that the log's
/// records mention; does not find replaced metadata or documents. Errors: io.
Result<std::vector<std::string>> told_otherwise(const Reading& reading);

}  // namespace coffer::secrets
