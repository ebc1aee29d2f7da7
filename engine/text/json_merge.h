// JSON Merge Patch, RFC 7396, on exact text.
#pragma once

#include "text/json.h"

namespace coffer::json {

/// Changes the text of `target` as `patch` says. A member that is null in the patch is removed;
/// any other member replaces the target's or, in the patch's order, is appended; two objects
/// merge. What the patch does not name stays as it was, to the byte. A patch that is no object
/// replaces the whole text. Never recurses.
/// Errors: limit (the outcome would be longer than a JSON text may be).
Result<SecretBytes> merge_patch(const Document& target, const Document& patch);

}  // namespace coffer::json
