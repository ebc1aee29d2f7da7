// Which versions the audit log tells of otherwise than they stand: for where the digest says that
// a record was put back as it was, or taken out, and not which.
#pragma once

#include <coffer/result.h>

#include <string>
#include <vector>

#include "secrets/rows/versions.h"

namespace coffer::secrets {

/// A line each, in the order of the paths. It knows of what happened to versions since the log's
/// first record; an earlier record of metadata, or of a document, it does not tell. Errors: io.
Result<std::vector<std::string>> told_otherwise(const Reading& reading);

}  // namespace coffer::secrets
