// Runs a script that mounts file systems which no other process sees.
#pragma once

#include <optional>
#include <string>

#include "tests/cli/command.h"

namespace cli {

/// Runs the script by bash in its own mount namespace: $0 is the command, $1 the sandbox's folder.
/// nullopt, with a warning, if the machine does not allow one.
inline std::optional<Outcome> run_with_mounts(const Sandbox& box, const std::string& script) {
  Outcome outcome = box.run_program(
      {"/usr/bin/unshare", "-m", "/bin/bash", "-c", script, COFFER_BIN, box.path("")});
  if (!outcome.says("unshare failed")) return outcome;
  WARN("not tested: no mount namespace is to be had here");
  return std::nullopt;
}

}  // namespace cli
