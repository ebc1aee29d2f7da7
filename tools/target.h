// PATH, COORDINATE or URI as a word of the command line.
#pragma once

#include <coffer/result.h>

#include <string>
#include <string_view>

#include "format/names.h"

namespace coffer::tools {

using Target = format::SecretUri;

/// Errors: usage, limit.
Result<Target> parse_target(std::string_view text);
/// For verbs that act on versions: a field there is refused.
Result<Target> parse_versioned(std::string_view text);
/// For verbs that act on a secret as a whole: a version or field there is refused.
Result<std::string> parse_whole(std::string_view text);

}  // namespace coffer::tools
