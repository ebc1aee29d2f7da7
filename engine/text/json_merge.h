// JSON Merge Patch, RFC 7396, on exact text.
#pragma once

#include "text/json.h"

namespace coffer::json {

/// The text of `target` changed as `patch` says: a member that is null in the patch goes, others
/// are put in place or, in the patch's order, appended; objects merge. What the patch does not
/// name stays as it was, to the byte. A patch that is no object replaces the whole.
/// Errors: limit (the outcome would be longer than a JSON text may be). Never recurses.
Result<SecretBytes> merge_patch(const Document& target, const Document& patch);

}  // namespace coffer::json
