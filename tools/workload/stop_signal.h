// What another process does on SIGTSTP, which Ctrl-Z sends.
#pragma once

#include <sys/types.h>

namespace coffer::tools {

/// Whether the process neither ignores nor handles SIGTSTP; true if the system does not say.
bool stops_by_default(pid_t process);

}  // namespace coffer::tools
