// Moves or copies the secrets of a folder to another name, in one transaction.
#pragma once

#include <coffer/store.h>

#include <string>
#include <vector>

namespace coffer::tools {

enum class Relocation { move, copy };

/// Moves or copies the secret FROM, if it exists, and all secrets below it; deleted secrets move
/// too. Returns the new paths. Errors, after which nothing is changed: not_found (nothing is
/// there), usage (one folder lies in the other), conflict (a target exists), in_use, limit.
Result<std::vector<std::string>> relocate_folder(Store& store, Relocation how,
                                                 const std::string& from, const std::string& to);

}  // namespace coffer::tools
