#include "tools/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>

#include "tools/hygiene.h"

namespace coffer::tools {
namespace {

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

// With a terminal of its own the child leads a session, and the terminal that such a leader
// opens first is the one that controls it.
int describe_ends(const Relay::Ends& ends, posix_spawn_file_actions_t& actions) {
  int flags = 0;
  if (ends.terminal != nullptr && ends.in >= 0) {
    flags = POSIX_SPAWN_SETSID;
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, ends.terminal, O_RDWR, 0);
  }
  if (ends.out >= 0) posix_spawn_file_actions_adddup2(&actions, ends.out, STDOUT_FILENO);
  if (ends.err >= 0) posix_spawn_file_actions_adddup2(&actions, ends.err, STDERR_FILENO);
  return flags;
}

}  // namespace

int Child::start(char* const* command, char* const* environment, HeldSignals& held, Relay* relay) {
  relay_ = relay;
  held.hold();
  posix_spawnattr_t attributes;
  if (const int failure = posix_spawnattr_init(&attributes); failure != 0) return failure;
  const sigset_t defaults = signals_ignored_here();
  posix_spawnattr_setsigmask(&attributes, &held.before());
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (relay != nullptr) flags |= describe_ends(relay->ends(), actions);
  posix_spawnattr_setflags(&attributes, static_cast<short>(flags));

  umask(inherited_umask());
  pid_t pid = -1;
  const int failure = posix_spawnp(&pid, command[0], &actions, &attributes, command, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  pid_ = pid;
  if (relay != nullptr && failure == 0) relay->started();
  return failure;
}

// A signal was taken; the child's exit code where it has ended.
std::optional<int> Child::handle(int number, bool from_kernel) {
  if (number == SIGCHLD) return reap(pid_);
  if (number == SIGWINCH && relay_ != nullptr) relay_->resize();
  // What the terminal sends goes to the whole group, and the child had it already.
  if (!from_kernel || getpgid(pid_) != getpgrp()) kill(pid_, number);
  return std::nullopt;
}

int Child::wait() {
  if (relay_ != nullptr) return wait_relaying();
  const sigset_t held = handled_signals();
  for (;;) {
    siginfo_t info{};
    const int number = sigwaitinfo(&held, &info);
    if (number < 0) continue;
    if (const auto code = handle(number, info.si_code == SI_KERNEL)) return *code;
  }
}

int Child::wait_relaying() {
  const sigset_t held = handled_signals();
  const int signals = signalfd(-1, &held, SFD_CLOEXEC);
  std::optional<int> code;
  // Who asked for the end does not wait for a reader that has stopped reading.
  bool is_told_to_end = false;
  for (bool more = true;;) {
    if (code && relay_->finish(signals, !is_told_to_end)) break;
    if (code && is_told_to_end) break;
    if (!code && more) more = relay_->pump(signals);
    signalfd_siginfo info{};
    if (read(signals, &info, sizeof info) != sizeof info) continue;
    const int number = static_cast<int>(info.ssi_signo);
    is_told_to_end = is_told_to_end || ends_commands(number);
    if (!code) code = handle(number, info.ssi_code == SI_KERNEL);
  }
  close(signals);
  return *code;
}

}  // namespace coffer::tools
