// Prints the engine's log messages on stderr.
#pragma once

#include <coffer/store.h>

namespace coffer::tools {

/// A sink for OpenOptions. It prints warnings always, other messages only if `verbose`.
LogSink stderr_log(bool verbose);

}  // namespace coffer::tools
