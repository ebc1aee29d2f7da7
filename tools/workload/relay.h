// A child's output on its way through a redactor: by pipes, or, where there is a terminal, by
// a terminal of the child's own, so that it draws and asks as it would without us.
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
  /// Takes over standard output and error (and, on a terminal, input) of children started
  /// from now on. Errors: io (no pipe or terminal to be had).
  static Result<std::unique_ptr<Relay>> open(const Bindings& bindings);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// What the child gets as 0, 1 and 2; -1: what this process has.
  struct Ends {
    int in = -1, out = -1, err = -1;
    const char* terminal = nullptr;  ///< The name of the child's terminal, where it has one.
    /// The child's input is that terminal: it is to lead a session of its own, which it controls.
    bool takes_session = false;
  };
  Ends ends() const;
  bool has_session() const { return ends().takes_session; }
  /// `child` is started: its ends are closed here.
  void started(pid_t child);

  /// Moves bytes until something else wants attention: `wake` is readable, or the child's side
  /// is closed and everything written (false: nothing more will come).
  bool pump(int wake);
  /// Writes what the child wrote before it ended, and what was held back. False: a reader is slow,
  /// and `wake` is readable or nobody waits; a further call goes on.
  bool finish(int wake, bool waits);
  /// The window changed its size.
  void resize();
  /// Keys go to the child from now on, if this process is in the foreground of its terminal;
  /// pump() does the same once it comes there.
  void enter_terminal();
  /// The terminal as it was found, before this process stops.
  void leave_terminal();
  /// What the child wrote and could not be written here, other than for want of a reader.
  std::optional<Error> lost_output() const;

 private:
  Relay();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::tools
