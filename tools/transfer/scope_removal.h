// Removes a whole folder, for example that of a former job, team or workspace.
#pragma once

#include <coffer/store.h>

#include <string>
#include <vector>

namespace coffer::tools {

/// The paragraph for the help of the verb that does it.
std::string scope_removal_text();

/// Removes the secret at `prefix` and all secrets below it with their versions and metadata, in any
/// state, in one transaction with one shredding. Returns their paths in byte order. `dry_run` gives
/// the same result and errors, but removes nothing. Errors: not_found (nothing is there), in_use
/// (about every refused path), limit.
Result<std::vector<std::string>> remove_scope(Store& store, const std::string& prefix,
                                              bool dry_run);

}  // namespace coffer::tools
