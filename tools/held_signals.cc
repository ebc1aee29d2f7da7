#include "tools/held_signals.h"

#include <array>
#include <ctime>

namespace coffer::tools {
namespace {

constexpr std::array kForwarded = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};
constexpr std::array kEnding = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};

}  // namespace

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : kForwarded) sigaddset(&signals, number);
  sigaddset(&signals, SIGCHLD);
  return signals;
}

bool ends_commands(int number) {
  for (const int each : kEnding)
    if (each == number) return true;
  return false;
}

HeldSignals::~HeldSignals() {
  if (holding_) sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void HeldSignals::hold() {
  if (holding_) return;
  // A parent may have left SIGCHLD ignored; then no exit code could be had.
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &standard, nullptr);
  const sigset_t held = handled_signals();
  sigprocmask(SIG_BLOCK, &held, &before_);
  holding_ = true;
}

int HeldSignals::taken_end() {
  sigset_t ending;
  sigemptyset(&ending);
  // One that would not have ended the process before does not now.
  for (const int number : kEnding) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_IGN && sigismember(&before_, number) == 0)
      sigaddset(&ending, number);
  }
  const timespec at_once = {};
  const int number = sigtimedwait(&ending, nullptr, &at_once);
  return number > 0 ? number : 0;
}

}  // namespace coffer::tools
