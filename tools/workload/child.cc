#include "tools/workload/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <optional>

#include "tools/command/hygiene.h"

namespace coffer::tools {
namespace {

// SI_KERNEL alone is not enough: the kernel also sends signals, such as a timer's, to us alone.
bool is_from_terminal(int number, int code) {
  constexpr std::array kTyped = {SIGINT,  SIGQUIT, SIGHUP,   SIGTSTP,
                                 SIGTTIN, SIGTTOU, SIGWINCH, SIGCONT};
  return code == SI_KERNEL && std::find(kTyped.begin(), kTyped.end(), number) != kTyped.end();
}

// A child with a terminal of its own leads a session; the first terminal that a session leader
// opens becomes its controlling terminal.
int describe_ends(const Relay::Ends& ends, posix_spawn_file_actions_t& actions) {
  int flags = 0;
  if (ends.takes_session) {
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
  if (relay != nullptr && failure == 0) relay->started(pid);
  return failure;
}

// As process 1 of a container this process must reap every orphan.
std::optional<int> Child::reap() {
  for (;;) {
    int status = 0;
    const pid_t changed = waitpid(-1, &status, WNOHANG | WUNTRACED);
    if (changed < 0 && errno == EINTR) continue;
    if (changed <= 0) return std::nullopt;
    if (changed != pid_) continue;
    if (WIFSTOPPED(status)) {
      stop_with_child(WSTOPSIG(status));
      continue;
    }
    if (WIFSIGNALED(status)) return kExitSignalBase + WTERMSIG(status);
    return WEXITSTATUS(status);
  }
}

// Stops with the child, so that a shell sees its job stopped. A SIGSTOP sent from elsewhere stops
// only the child; its sender must continue it.
void Child::stop_with_child(int number) {
  if (!stops_jobs(number) && tcgetpgrp(STDIN_FILENO) != getpgrp()) return;
  // Without a session of its own the child shared the terminal's stop with the whole group.
  const bool is_apart = relay_ != nullptr && relay_->has_session();
  if (is_apart) relay_->leave_terminal();
  const bool went_on = stop_as(stops_jobs(number) ? number : SIGTSTP, is_apart);
  if (!is_apart) return;
  if (!went_on) kill(-pid_, SIGCONT);
  relay_->enter_terminal();
}

void Child::forward(const Signal& signal) const {
  if (!signal.has_value) {
    // The whole group was stopped, so the whole group must continue.
    const bool to_all = signal.number == SIGCONT && relay_ != nullptr && relay_->has_session();
    kill(to_all ? -pid_ : pid_, signal.number);
    return;
  }
  sigval value{};
  value.sival_int = signal.value;
  sigqueue(pid_, signal.number, value);
}

// Handles one signal; returns the child's exit code once the child has ended.
std::optional<int> Child::handle(const Signal& signal) {
  if (signal.number == SIGCHLD) return reap();
  if (relay_ != nullptr && signal.number == SIGWINCH) relay_->resize();
  if (relay_ != nullptr && signal.number == SIGCONT) relay_->enter_terminal();
  // A SIGPIPE of our own output is not for the child.
  if (signal.from_self) return std::nullopt;
  // The terminal signals the whole process group, so the child already has this signal.
  if (!signal.from_terminal || getpgid(pid_) != getpgrp()) forward(signal);
  return std::nullopt;
}

int Child::wait() {
  if (relay_ != nullptr) return wait_relaying();
  const sigset_t held = handled_signals();
  for (;;) {
    siginfo_t info{};
    const int number = sigwaitinfo(&held, &info);
    if (number < 0) continue;
    const Signal signal{number, is_from_terminal(number, info.si_code), info.si_pid == getpid(),
                        info.si_code == SI_QUEUE, info.si_value.sival_int};
    if (const auto code = handle(signal)) return *code;
  }
}

int Child::wait_relaying() {
  const sigset_t held = handled_signals();
  const int signals = signalfd(-1, &held, SFD_CLOEXEC);
  std::optional<int> code;
  // Once asked to end, we do not wait for a reader that has stopped reading.
  bool is_told_to_end = false;
  for (bool more = true;;) {
    if (code && relay_->finish(signals, !is_told_to_end)) break;
    if (code && is_told_to_end) break;
    if (!code && more) more = relay_->pump(signals);
    signalfd_siginfo info{};
    if (read(signals, &info, sizeof info) != sizeof info) continue;
    const int number = static_cast<int>(info.ssi_signo);
    const Signal signal{number, is_from_terminal(number, info.ssi_code),
                        info.ssi_pid == static_cast<std::uint32_t>(getpid()),
                        info.ssi_code == SI_QUEUE, info.ssi_int};
    is_told_to_end = is_told_to_end || ends_commands(number);
    if (!code) code = handle(signal);
  }
  close(signals);
  return *code;
}

}  // namespace coffer::tools
