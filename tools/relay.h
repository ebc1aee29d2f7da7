// A child's output on its way through a redactor: by pipes, or, where there is a terminal, by
// a terminal of the child's own, so that it draws and asks as it would without us.
#pragma once

#include <coffer/result.h>

#include <memory>

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
  };
  Ends ends() const;
  /// The child is started: its ends are closed here.
  void started();

  /// Moves bytes until something else wants attention: `wake` is readable, or the child's side
  /// is closed and everything written (false: nothing more will come).
  bool pump(int wake);
  /// Writes what the child wrote before it ended, and what was held back. False: a reader is slow,
  /// and `wake` is readable or nobody waits; a further call goes on.
  bool finish(int wake, bool waits);
  /// The window changed its size.
  void resize();

 private:
  Relay();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::tools
