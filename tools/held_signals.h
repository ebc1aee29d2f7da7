// The signals that a command which runs another one takes for it.
#pragma once

#include <csignal>

namespace coffer::tools {

/// SIGTERM, SIGINT and their like, and SIGCHLD: those that are forwarded or waited for.
sigset_t handled_signals();
bool ends_commands(int number);

/// From hold() on the handled signals wait: what stands in the way of an end by them (files that
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
  /// A signal that came meanwhile and ends commands, taken away; 0: none.
  int taken_end();
  /// What the process blocked before: a child is to begin with it.
  const sigset_t& before() const { return before_; }

 private:
  bool holding_ = false;
  sigset_t before_ = {};
};

}  // namespace coffer::tools
