// Holds the signals of a command that runs another command.
#pragma once

#include <csignal>

namespace coffer::tools {

/// Every signal that can be held. All are forwarded, except SIGCHLD, which is waited for.
sigset_t handled_signals();
bool ends_commands(int number);
/// SIGTSTP, SIGTTIN and SIGTTOU, by which a shell stops its jobs.
bool stops_jobs(int number);

/// Lets every signal wait from hold() on, so that none can end the process before its files are
/// removed. For one thread only.
class HeldSignals {
 public:
  HeldSignals() = default;
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  /// Unblocks the signals: one that waits and would end the process does so now.
  ~HeldSignals();

  /// A second call does nothing.
  void hold();
  /// Takes a waiting signal that would have ended the process; 0: none waits.
  int taken_end();
  /// The signals that the process blocked before, for a child to begin with.
  const sigset_t& before() const { return before_; }

 private:
  bool holding_ = false;
  sigset_t before_ = {};
};

/// Stops this process as the job-control signal `number` does by default, so that a shell sees its
/// job stopped. `group` stops the other members of its process group too. All signals must be held.
/// Returns true after the process continued, with SIGCONT pending; returns false at once if the
/// system ignored the stop because no shell could continue the process.
bool stop_as(int number, bool group);

}  // namespace coffer::tools
