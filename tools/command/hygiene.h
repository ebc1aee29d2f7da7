// How the process protects itself before it handles secrets.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <string_view>

namespace coffer::tools {

/// Disables core dumps, tracing by other processes of the same user and death by SIGPIPE, and lets
/// only the owner access new files. Must be the first call in main.
void harden_process();

/// The file mode mask that this process was started with, which its child processes get back.
mode_t inherited_umask();
/// The signals that this process ignores but was not started ignoring. A child process resets them
/// to their default actions.
sigset_t signals_ignored_here();
/// Whether this process set this entry of the environment ("NAME=value") itself, for a library that
/// it loads. A child process does not get such an entry.
bool is_own_variable(std::string_view entry);

}  // namespace coffer::tools
