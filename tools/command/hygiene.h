// What the process does before it touches anything secret.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <string_view>

namespace coffer::tools {

/// No core dumps, no tracing by other processes of the user, files for the owner only, no
/// death by SIGPIPE. Call first in main.
void harden_process();

/// The file mode mask that the caller of this process had set; a child gets it back.
mode_t inherited_umask();
/// The signals that this process ignores and was not given ignored: a child begins with what the
/// system does by default.
sigset_t signals_ignored_here();
/// Whether this entry of the environment ("NAME=value") is this process's own, for a library
/// that it loads; a child does not get it.
bool is_own_variable(std::string_view entry);

}  // namespace coffer::tools
