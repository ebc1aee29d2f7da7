// What the engine has to tell, on stderr.
#pragma once

#include <coffer/store.h>

namespace coffer::tools {

/// A sink for OpenOptions: warnings always, all else where `verbose`.
LogSink stderr_log(bool verbose);

}  // namespace coffer::tools
