#include "tools/child.h"

#include <spawn.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include "tools/hygiene.h"

namespace coffer::tools {
namespace {

constexpr std::array kForwarded = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : kForwarded) sigaddset(&signals, number);
  sigaddset(&signals, SIGCHLD);
  return signals;
}

// As process 1 of a container every orphan is ours to bury.
std::optional<int> reap(int child) {
  for (;;) {
    int status = 0;
    const pid_t gone = waitpid(-1, &status, WNOHANG);
    if (gone < 0 && errno == EINTR) continue;
    if (gone <= 0) return std::nullopt;
    if (gone != child) continue;
    if (WIFSIGNALED(status)) return kExitSignalBase + WTERMSIG(status);
    return WEXITSTATUS(status);
  }
}

}  // namespace

int Child::start(char* const* command, char* const* environment) {
  // A parent may have left SIGCHLD ignored; then no exit code could be had.
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &standard, nullptr);

  const sigset_t held = handled_signals();
  sigset_t mask_before;
  sigprocmask(SIG_BLOCK, &held, &mask_before);

  posix_spawnattr_t attributes;
  if (const int failure = posix_spawnattr_init(&attributes); failure != 0) return failure;
  sigset_t defaults;
  sigemptyset(&defaults);
  if (!inherited_sigpipe_ignored()) sigaddset(&defaults, SIGPIPE);
  if (!inherited_sigxfsz_ignored()) sigaddset(&defaults, SIGXFSZ);
  posix_spawnattr_setsigmask(&attributes, &mask_before);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  umask(inherited_umask());
  pid_t pid = -1;
  const int failure = posix_spawnp(&pid, command[0], nullptr, &attributes, command, environment);
  posix_spawnattr_destroy(&attributes);
  pid_ = pid;
  return failure;
}

int Child::wait() {
  const sigset_t held = handled_signals();
  for (;;) {
    siginfo_t info{};
    const int number = sigwaitinfo(&held, &info);
    if (number < 0) continue;
    if (number == SIGCHLD) {
      if (const std::optional<int> exit_code = reap(pid_)) return *exit_code;
      continue;
    }
    // What the terminal sends goes to the whole group, and the child had it already.
    const bool from_terminal = info.si_code == SI_KERNEL;
    if (from_terminal && getpgid(pid_) == getpgrp()) continue;
    kill(pid_, number);
  }
}

}  // namespace coffer::tools
