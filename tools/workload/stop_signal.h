// What another process does with the signal by which Ctrl-Z stops it.
#pragma once

#include <sys/types.h>

namespace coffer::tools {

/// Whether it neither ignores SIGTSTP nor handles it; true where the system does not tell.
bool stops_by_default(pid_t process);

}  // namespace coffer::tools
