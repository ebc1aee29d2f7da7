// Runs a program as if it were this process: the parent sees its signals, stops and exit code.
#pragma once

#include <coffer/result.h>
#include <sys/types.h>

#include <optional>

#include "tools/workload/held_signals.h"
#include "tools/workload/relay.h"

namespace coffer::tools {

inline constexpr int kExitCannotRun = 126;
inline constexpr int kExitNoCommand = 127;
inline constexpr int kExitSignalBase = 128;

class Child {
 public:
  /// Starts `command` (null-terminated; found by PATH). Returns 0, or the errno that the caller
  /// maps to 126 or 127. `held` holds the signals from now on. `relay`, if given, receives the
  /// output. Both must outlive this object.
  int start(char* const* command, char* const* environment, HeldSignals& held,
            Relay* relay = nullptr);
  /// Forwards signals until the child ends, and stops when it stops. Returns its exit code; 128+N
  /// after signal N.
  int wait();

 private:
  struct Signal {
    int number = 0;
    bool from_terminal = false;
    bool from_self = false;
    bool has_value = false;  // It was sent by sigqueue().
    int value = 0;
  };
  std::optional<int> handle(const Signal& signal);
  void forward(const Signal& signal) const;
  std::optional<int> reap();
  void stop_with_child(int number);
  int wait_relaying();
  pid_t pid_ = -1;
  Relay* relay_ = nullptr;
};

}  // namespace coffer::tools
