// The signals that a command which runs another one takes for it.
#pragma once

#include <csignal>

namespace coffer::tools {

/// Every signal that can be held: all are forwarded, but SIGCHLD, which is waited for.
sigset_t handled_signals();
bool ends_commands(int number);
/// SIGTSTP, SIGTTIN and SIGTTOU: the stops of a shell's job control.
bool stops_jobs(int number);

/// From hold() on every signal waits: what stands in the way of an end by them (files that
/// are to be removed) is not left behind. One thread only.
class HeldSignals {
 public:
  HeldSignals() = default;
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  /// Lets them through again: one that waits and would end the process does so now.
  ~HeldSignals();

  /// Again is no error.
  void hold();
  /// A signal that came meanwhile and would have ended the process, taken away; 0: none.
  int taken_end();
  /// What the process blocked before: a child is to begin with it.
  const sigset_t& before() const { return before_; }

 private:
  bool holding_ = false;
  sigset_t before_ = {};
};

/// Stops this process as `number`, one of job control's, does by default: a shell sees its job
/// stopped. `group`: the other members of its process group as well. All signals are held. Returns
/// when it goes on, with SIGCONT pending; false, at once: no shell is there that would let it go
/// on, and so the system ignored the stop.
bool stop_as(int number, bool group);

}  // namespace coffer::tools
