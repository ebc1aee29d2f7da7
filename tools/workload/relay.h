// Passes a child's output through a redactor: over pipes or, if the output is a terminal, over a
// terminal of the child's own, so that the child draws and asks as usual.
#pragma once

#include <coffer/result.h>
#include <sys/types.h>

#include <memory>
#include <optional>

#include "tools/render/bindings.h"
#include "tools/render/redactor.h"

namespace coffer::tools {

class Relay {
 public:
  /// Takes over standard output and error (and, on a terminal, input) of children started from now
  /// on. Errors: io (no pipe or terminal can be opened).
  static Result<std::unique_ptr<Relay>> open(const Bindings& bindings);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// The child's descriptors 0, 1 and 2; -1: this process's own.
  struct Ends {
    int in = -1, out = -1, err = -1;
    const char* terminal = nullptr;  ///< The name of the child's terminal, if it has one.
    /// The child's input is its terminal, so it must lead a session that the terminal controls.
    bool takes_session = false;
  };
  Ends ends() const;
  bool has_session() const { return ends().takes_session; }
  /// Closes the child's ends here, now that `child` is running.
  void started(pid_t child);

  /// Moves bytes. True: `wake` is readable. False: the child's side is closed and everything is
  /// written.
  bool pump(int wake);
  /// Writes what the child wrote before it ended, and what was held back. False: a reader is slow,
  /// and `wake` is readable or `waits` is false; another call continues.
  bool finish(int wake, bool waits);
  /// Call it when the window has changed its size.
  void resize();
  /// Passes keys to the child from now on, if this process is in the foreground of its terminal;
  /// pump() does so once it is.
  void enter_terminal();
  /// Restores the terminal before this process stops.
  void leave_terminal();
  /// The error if output of the child was lost, except because its reader was gone.
  std::optional<Error> lost_output() const;

 private:
  Relay();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::tools
