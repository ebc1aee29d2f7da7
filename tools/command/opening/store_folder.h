// Whether a file is to stand where a store has its own.
#pragma once

#include <coffer/result.h>

#include <string>

namespace coffer::tools {

/// `path`: a file that is going to be made, replaced or added to, or a folder to be made. None of
/// them may stand in a store's folder or below it, whichever store that is: under the name of one
/// of the store's own files it would be the end of the store, under any other it is lost when the
/// folder is put back from a copy. Links on the way are followed.
/// Errors: usage (it would stand there), about `path`.
Result<void> check_outside_stores(const std::string& path);

}  // namespace coffer::tools
