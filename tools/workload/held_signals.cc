#include "tools/workload/held_signals.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace coffer::tools {
namespace {

constexpr std::array kEnding = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
constexpr std::array kStopping = {SIGTSTP, SIGTTIN, SIGTTOU};
// By default they do no harm to the process that they come to.
constexpr std::array kHarmless = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU};

template <typename Numbers>
bool is_among(const Numbers& numbers, int number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

}  // namespace

// A fault of our own ends the process though its signal is held; from outside it is one as others.
// The C library keeps two real-time signals for itself, and SIGKILL and SIGSTOP are never held.
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
  // A parent may have left SIGCHLD ignored; then no exit code could be had.
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
    // One that would not have ended the process before does not now.
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
  sigprocmask(SIG_UNBLOCK, &only, &mask);  // Here it stops.
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  sigaction(number, &before, nullptr);
  // A stop takes an older SIGCONT away, and what ended it is a new one, which is held.
  return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}

}  // namespace coffer::tools
