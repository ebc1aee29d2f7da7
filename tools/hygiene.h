// What the process does before it touches anything secret.
#pragma once

#include <sys/types.h>

namespace coffer::tools {

/// No core dumps, no tracing by other processes of the user, files for the owner only, no
/// death by SIGPIPE. Call first in main.
void harden_process();

/// The file mode mask that the caller of this process had set; a child gets it back.
mode_t inherited_umask();
/// Whether SIGPIPE was ignored before this process ignored it; a child gets it back so.
bool inherited_sigpipe_ignored();
bool inherited_sigxfsz_ignored();

}  // namespace coffer::tools
