// Running another program in this one's place, as far as its parent can tell.
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
  /// Starts `command` (null-terminated; found by PATH). On error errno's value is given:
  /// the caller maps it to 126 or 127.
  /// `held` holds the signals from now on, and must outlive this. `relay`, where there is one, has
  /// its output, and must outlive this.
  int start(char* const* command, char* const* environment, HeldSignals& held,
            Relay* relay = nullptr);
  /// Forwards signals until the child ends, and stops with it; returns its exit code, 128+N for
  /// signal N.
  int wait();

 private:
  struct Signal {
    int number = 0;
    bool from_terminal = false;
    bool from_self = false;
    bool has_value = false;  // As sigqueue() sends one.
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
