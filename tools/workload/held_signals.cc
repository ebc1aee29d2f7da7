#include "tools/workload/held_signals.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace coffer::tools {
namespace {

constexpr std::array kEnding = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
constexpr std::array kStopping = {SIGTSTP, SIGTTIN, SIGTTOU};
// Signals that do not end a process by default.
constexpr std::array kHarmless = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU};

template <typename Numbers>
bool is_among(const Numbers& numbers, int number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

}  // namespace

// All signals except SIGKILL and SIGSTOP, which cannot be held, and two real-time signals that the
// C library uses itself. A fault of our own still ends the process although its signal is held.
sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int number = 1; number <= SIGRTMAX; ++number) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    if (number > SIGSYS && number < SIGRTMIN) continue;
    sigaddset(&signals, number);
  }
  return signals;
}

bool ends_commands(int number) { return is_among(kEnding, number); }
bool stops_jobs(int number) { return is_among(kStopping, number); }

HeldSignals::~HeldSignals() {
  if (holding_) sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void HeldSignals::hold() {
  if (holding_) return;
  // If a parent left SIGCHLD ignored, waitpid() could not return an exit code.
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &standard, nullptr);
  const sigset_t held = handled_signals();
  sigprocmask(SIG_BLOCK, &held, &before_);
  holding_ = true;
}

int HeldSignals::taken_end() {
  sigset_t ending = handled_signals();
  for (int number = 1; number <= SIGRTMAX; ++number) {
    if (sigismember(&ending, number) != 1) continue;
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    // Skips signals that would not have ended the process anyway.
    if (is_among(kHarmless, number) || action.sa_handler == SIG_IGN ||
        sigismember(&before_, number) == 1)
      sigdelset(&ending, number);
  }
  const timespec at_once = {};
  const int number = sigtimedwait(&ending, nullptr, &at_once);
  return number > 0 ? number : 0;
}

bool stop_as(int number, bool group) {
  struct sigaction standard {};
  struct sigaction before {};
  standard.sa_handler = SIG_DFL;
  sigemptyset(&standard.sa_mask);
  sigaction(number, &standard, &before);
  sigset_t only, mask, pending;
  sigemptyset(&only);
  sigaddset(&only, number);
  kill(group ? 0 : getpid(), number);
  sigprocmask(SIG_UNBLOCK, &only, &mask);  // The process stops here.
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  sigaction(number, &before, nullptr);
  // A stop removes an older SIGCONT, so a pending SIGCONT is the one that ended the stop.
  return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}

}  // namespace coffer::tools
