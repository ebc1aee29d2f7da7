// A folder's secrets moved or copied below another name, all in one transaction.
#pragma once

#include <coffer/store.h>

#include <string>
#include <vector>

namespace coffer::tools {

enum class Relocation { move, copy };

/// The secret FROM, if there is one, and all below it, to TO and below it; what is deleted moves
/// along. Answers the new paths. Errors: not_found (nothing is there), usage (one lies within the
/// other), conflict (a target exists), in_use, limit; then nothing is changed.
Result<std::vector<std::string>> relocate_folder(Store& store, Relocation how,
                                                 const std::string& from, const std::string& to);

}  // namespace coffer::tools
