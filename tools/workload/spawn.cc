#include "tools/workload/spawn.h"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "tools/command/hygiene.h"

namespace coffer::tools {

int spawn_as_inherited(pid_t& child, const char* program, const posix_spawn_file_actions_t* actions,
                       char* const* words, std::vector<std::string>& environment) {
  std::vector<char*> variables;
  for (std::string& variable : environment) variables.push_back(variable.data());
  variables.push_back(nullptr);
  posix_spawnattr_t attributes;
  if (const int failure = posix_spawnattr_init(&attributes); failure != 0) return failure;
  const sigset_t defaults = signals_ignored_here();
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  // Only the child gets the caller's mask; this process goes on to create private files.
  const mode_t own = umask(inherited_umask());
  const int failure = posix_spawnp(&child, program, actions, &attributes, words, variables.data());
  umask(own);
  posix_spawnattr_destroy(&attributes);
  return failure;
}

}  // namespace coffer::tools
