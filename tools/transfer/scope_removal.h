// A folder removed as a whole: what a job, a team or a workspace leaves behind.
#pragma once

#include <coffer/store.h>

#include <string>
#include <vector>

namespace coffer::tools {

/// For the help of what does it.
std::string scope_removal_text();

/// Removes the secret at `prefix` and all below it with their versions and metadata, whatever
/// state they are in, in one transaction with one shredding; their paths, in byte order.
/// `dry_run`: the same answer and the same errors, and nothing is removed.
/// Errors: not_found (nothing is there), in_use (about every path that is refused), limit.
Result<std::vector<std::string>> remove_scope(Store& store, const std::string& prefix,
                                              bool dry_run);

}  // namespace coffer::tools
