// The states that a power cut may leave: of the calls made before it, everything that was synced
// and any part of the rest, in any order, with writes torn between sectors.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "tests/crash/power_cut/recording.h"

namespace coffer::test {

struct CutState {
  const Tree& tree;
  std::size_t steps = 0;  ///< The calls made before the cut.
  std::size_t notes = 0;  ///< The messages of the program before the cut.
  std::string how;        ///< Which unsynced part is there.
};

struct ReplayOptions {
  std::uint64_t seed = 1;
  std::size_t random_states = 16;      ///< Random parts tried at each sync.
  bool ignore_syncs = false;           ///< Ignores all syncs: a control that must fail.
  std::set<std::size_t> ignored = {};  ///< Steps whose sync is ignored.
};

/// Calls `visit` once for every state until it returns false. Returns the number of states visited.
std::size_t replay(const Recording& recording, const ReplayOptions& options,
                   const std::function<bool(const CutState&)>& visit);

}  // namespace coffer::test
