// Starts another program that runs beside this one.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace coffer::tools {

/// Like posix_spawnp, but the program starts with the signals and file mode mask that this process
/// was started with. `actions` may be null.
int spawn_as_inherited(pid_t& child, const char* program, const posix_spawn_file_actions_t* actions,
                       char* const* words, std::vector<std::string>& environment);

}  // namespace coffer::tools
