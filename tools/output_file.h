// Values into a file: of mode 0600, whole or not there, never silently over another.
#pragma once

#include <coffer/result.h>

#include <string>

#include "base/bytes.h"

namespace coffer::tools {

/// Durable when it returns. A power cut leaves no file, or the whole one; over an existing file
/// (`force`) the old one or the new one.
/// Errors: conflict (it is there, without `force`), io.
Result<void> write_new_file(const std::string& path, ByteView bytes, bool force);

}  // namespace coffer::tools
