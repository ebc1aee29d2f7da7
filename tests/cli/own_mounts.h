// A script that mounts file systems which nobody else sees.
#pragma once

#include <optional>
#include <string>

#include "tests/cli/command.h"

namespace cli {

/// Runs the script by bash in a mount namespace of its own: $0 is the command, $1 the sandbox's
/// folder. Nothing, and a warning, where none is to be had.
inline std::optional<Outcome> run_with_mounts(const Sandbox& box, const std::string& script) {
  Outcome outcome = box.run_program(
      {"/usr/bin/unshare", "-m", "/bin/bash", "-c", script, COFFER_BIN, box.path("")});
  if (!outcome.says("unshare failed")) return outcome;
  WARN("not tested: no mount namespace is to be had here");
  return std::nullopt;
}

}  // namespace cli
