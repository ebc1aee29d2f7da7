// Starting another program beside this one.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace coffer::tools {

/// As posix_spawnp, but the program begins with the signals and the file mode mask that this
/// process was given, not with those that it took for itself. `actions` may be null.
int spawn_as_inherited(pid_t& child, const char* program, const posix_spawn_file_actions_t* actions,
                       char* const* words, std::vector<std::string>& environment);

}  // namespace coffer::tools
